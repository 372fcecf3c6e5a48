/**
 * Holds sending dead letters again.
 * In: opened routes, where the letters lie. Out: how many went, are known by now, or stay and why.
 */
import type { DeadLetter } from "../../ports/dead-letters.ts";
import type { NotifyOutside } from "../../ports/notify-outside.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { OperationContext } from "../operation.ts";
import { type NoticeMemory, openNoticeMemory } from "./notice-memory.ts";
import type { notifyFiles, RouteOpening } from "./open-routes.ts";
import { readLetter } from "./read-letter.ts";
import { leftToTell, toldBy } from "./told-notices.ts";

export interface ResentLetters {
  /** Nothing was sent: all are kept. */
  readonly isDry: boolean;
  readonly sentCount: number;
  /** What the route was told in the meantime. */
  readonly knownCount: number;
  /** Lines that are no letters, kept as they are. */
  readonly damagedCount: number;
  /** **Order**: as they were given up. */
  readonly kept: readonly KeptLetter[];
}

export interface KeptLetter {
  readonly route: string;
  readonly incident: string;
  readonly headline: string;
  readonly timeUs: number;
  readonly why: string;
}

export interface ResendTask {
  /** Letters of other routes are left alone. */
  readonly openings: readonly RouteOpening[];
  readonly files: ReturnType<typeof notifyFiles>;
  /** Only tells what there is. */
  readonly isDry: boolean;
  readonly outside: NotifyOutside;
}

/** A route that failed once is not tried for its other letters. */
export async function resendLetters(
  { openings, files, isDry, outside }: ResendTask,
  context: OperationContext,
): Promise<ResentLetters> {
  const box = outside.deadLetters(files.letters);
  const kept: KeptLetter[] = [];
  if (isDry) {
    const { letters, damagedCount } = await box.list();
    const read = letters.map(readLetter);
    for (const letter of read) if (letter !== undefined) kept.push(tellKept(letter, letter.reason));
    const strange = read.filter((letter) => letter === undefined).length;
    return { isDry, sentCount: 0, knownCount: 0, damagedCount: damagedCount + strange, kept };
  }
  const memory = await openNoticeMemory(context.files, files.memory, () => undefined);
  const counts = { sent: 0, known: 0, damaged: 0 };
  const down = new Map<string, string>();
  const { damagedCount } = await box.takeEach(async (raw) => {
    const letter = readLetter(raw);
    if (letter === undefined) {
      counts.damaged += 1;
      return false;
    }
    const opening = openings.find(({ route }) => route.name === letter.route);
    const why = down.get(letter.route) ?? opening?.trouble ?? "no such route was asked for";
    const outcome =
      why === "" && opening ? await resend(letter, opening, { memory, context }) : why;
    if (outcome === "sent" || outcome === "known") {
      counts[outcome] += 1;
      return true;
    }
    if (opening !== undefined) down.set(letter.route, outcome);
    kept.push(tellKept(letter, outcome));
    return false;
  });
  return {
    ...{ isDry, sentCount: counts.sent, knownCount: counts.known },
    ...{ damagedCount: damagedCount + counts.damaged, kept },
  };
}

interface ResendParts {
  readonly memory: NoticeMemory;
  readonly context: OperationContext;
}

/** `sent`, `known`, or why it stays. */
async function resend(
  letter: DeadLetter,
  { route, notifier }: RouteOpening,
  { memory, context }: ResendParts,
): Promise<string> {
  const key = `${route.name} ${letter.notice.incident.id}`;
  const before = await memory.load(key);
  const notice = leftToTell(letter.notice, before);
  if (notice === undefined || notifier === undefined) return "known";
  try {
    const { thread } = await notifier.send(notice, context.signal);
    const timeUs = context.outside.services.clock.nowUs();
    await memory.save(key, toldBy(notice, { thread, timeUs, before }));
    return "sent";
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    return error.message;
  }
}

function tellKept({ route, timeUs, notice }: DeadLetter, why: string): KeptLetter {
  const { id, headline } = notice.incident;
  return { route, incident: id, headline, timeUs, why };
}
