/**
 * Holds what ties a session that leaves its container to what then goes on beside it on its node.
 * In: sessions that are an incident each. Out: links with their cause.
 * Must never tie by node and time: the other must name what the escaping command named.
 */
import { isHostKey } from "../../observe/container-key.ts";
import type { JoinLink, JoinScene } from "./join-link.ts";
import { allNames, typedNames } from "./name-book.ts";
import { quoteCommand } from "./quote-command.ts";
import type { Session } from "./session.ts";
import { isTainted } from "./taint.ts";
import { isStrong } from "./weigh-signals.ts";

/** A timer that is set in passing runs within it. */
const afterUs = 3600 * 1_000_000;
const holderCountMax = 16;

interface Escape {
  readonly session: Session;
  readonly timeUs: number;
}

/** **Cost**: linear in what sessions of nodes with an escape name. */
export function findEscapeLinks({ sessions, processes }: JoinScene): readonly JoinLink[] {
  const escapes = sessions.flatMap((session) => escapeOf(session));
  if (escapes.length === 0) return [];
  const holders = new Map<string, Escape[]>();
  for (const one of escapes) {
    const { session } = one;
    const typed = session.processes.filter(({ process, startUs }) =>
      isTainted(session, process, startUs, processes),
    );
    for (const name of typedNames({ processes: typed })) {
      const key = `${session.node}\u0000${name}`;
      const known = holders.get(key) ?? [];
      if (known.length < holderCountMax) holders.set(key, [...known, one]);
    }
  }
  const nodes = new Set(escapes.map(({ session }) => session.node));
  return sessions.flatMap((session): JoinLink[] => {
    if (!nodes.has(session.node) || !startsBeside(session)) return [];
    for (const name of allNames(session)) {
      const found = (holders.get(`${session.node}\u0000${name}`) ?? []).findLast((one) =>
        isAnswer(one, session, processes),
      );
      if (found === undefined) continue;
      const why = `it left its container, and beside it the other named ${quoteCommand(name)}, too`;
      return [{ from: found.session.entry, to: session.entry, why }];
    }
    return [];
  });
}

function escapeOf(session: Session): readonly Escape[] {
  if (isHostKey(session.container)) return [];
  const first = session.signals.find((one) => one.family === "escape" && isStrong(one));
  return first === undefined ? [] : [{ session, timeUs: first.firstSeenUs }];
}

/** Whoever logs in or enters a container has another way to it than the escape. */
function startsBeside({ container, entryKind }: Session): boolean {
  if (entryKind === "login" || entryKind === "operator" || entryKind === "probe") return false;
  return isHostKey(container) || entryKind === "startup";
}

/** Sensors tell of one act by several events, a moment apart. */
const slackUs = 1_000_000;

function isAnswer(
  { session, timeUs }: Escape,
  other: Session,
  processes: JoinScene["processes"],
): boolean {
  const startUs = processes.get(other.entry)?.startUs ?? 0;
  const isLater = (startUs || other.fromUs) >= timeUs - slackUs;
  const isOther = session.entry !== other.entry && session.container !== other.container;
  return isOther && isLater && other.fromUs - timeUs <= afterUs;
}
