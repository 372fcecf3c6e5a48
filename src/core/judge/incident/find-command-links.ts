/**
 * Holds what ties a session that hands a command to somebody else to the session that then ran it:
 * `systemd-run`, `at`, a line for cron, a body for a container's socket, text for a database.
 * In: sessions that are an incident each. Out: links with their cause.
 * Must never tie two that merely ran the same: who ran it himself handed it to nobody.
 */
import { quoteName } from "../quote-name.ts";
import { type CommandBook, createCommandBook } from "./command-book.ts";
import type { JoinLink, JoinScene } from "./join-link.ts";
import type { Session } from "./session.ts";
import { bareWord, commandWords, wordsOf } from "./split-words.ts";
import { isTainted } from "./taint.ts";

const dayUs = 24 * 3600 * 1_000_000;
/** Shorter commands are typed by anybody. */
const commandLengthMin = 16;
const heldCountMax = 8;

/** The command of one session's root, for others to be searched for. */
interface Task {
  readonly session: Session;
  /** Its words with a space about each. */
  readonly text: string;
  readonly startUs: number;
}

/** **Cost**: linear in words of command lines; a command is looked for where its start is. */
export function findCommandLinks(scene: JoinScene): readonly JoinLink[] {
  const tasks = gatherTasks(scene);
  if (tasks.size === 0) return [];
  const giversOf = new Map<Task, Giver[]>();
  for (const session of scene.sessions) {
    for (const [task, giver] of handedBy(session, tasks, scene)) {
      giversOf.set(task, [...(giversOf.get(task) ?? []), giver]);
    }
  }
  const book = createCommandBook(scene.processes.values());
  return [...tasks.values()].flat().flatMap((task) => {
    const giver = latestGiver(task, giversOf.get(task) ?? [], { scene, book });
    if (giver === undefined) return [];
    const why = `it handed over the command ${quoteName(task.text.trim())}, which the other ran`;
    return [{ from: giver.session.entry, to: task.session.entry, why }];
  });
}

/** By node and first two words. */
function gatherTasks({ sessions, processes }: JoinScene): ReadonlyMap<string, readonly Task[]> {
  const found = new Map<string, Task[]>();
  for (const session of sessions) {
    const root = processes.get(session.entry);
    if (root === undefined || root.startUs <= 0) continue;
    const words = commandWords(root);
    const text = textOf(words);
    if (words.length < 2 || text.length < commandLengthMin) continue;
    const key = startKey(session.node, words, 0);
    found.set(key, [...(found.get(key) ?? []), { session, text, startUs: root.startUs }]);
  }
  return found;
}

/** The first word alone may be written as a path by one and as a name by the other. */
function textOf([first = "", ...rest]: readonly string[]): string {
  return ` ${[bareWord(first), ...rest].join(" ")} `;
}

function startKey(node: string, words: readonly string[], at: number): string {
  return `${node}\u0000${bareWord(words[at] ?? "")}\u0000${words[at + 1] ?? ""}`;
}

interface Giver {
  readonly session: Session;
  readonly startUs: number;
}

/** What a session's command lines hold of others' commands, and it did not run itself. */
function handedBy(
  session: Session,
  tasks: ReadonlyMap<string, readonly Task[]>,
  { processes }: JoinScene,
): readonly (readonly [Task, Giver])[] {
  const own = new Set(session.processes.map((process) => textOf(commandWords(process))));
  return session.processes.flatMap((process) => {
    const { startUs } = process;
    if (startUs <= 0 || !isTainted(session, process.process, startUs, processes)) return [];
    const words = wordsOf(process);
    const found = words.flatMap((_, at) => {
      const some = tasks.get(startKey(session.node, words, at)) ?? [];
      return some.length === 0 ? [] : startingWith(some, textOf(words.slice(at)));
    });
    return [...new Set(found)].slice(0, heldCountMax).flatMap((task) => {
      const isOther = task.session.entry !== session.entry && !own.has(task.text);
      const isSoon = startUs <= task.startUs && task.startUs - startUs <= dayUs;
      return isOther && isSoon ? [[task, { session, startUs }] as const] : [];
    });
  });
}

function startingWith(tasks: readonly Task[], text: string): readonly Task[] {
  return tasks.filter((task) => text.startsWith(task.text));
}

/** Not one who came to it when it ran already: to look for a command is to name it, too. */
function latestGiver(
  { session: { entry } }: Task,
  givers: readonly Giver[],
  { scene, book }: { readonly scene: JoinScene; readonly book: CommandBook },
): Giver | undefined {
  const root = scene.processes.get(entry);
  if (root === undefined) return undefined;
  return givers
    .filter(({ startUs }) => book.isNew(root, startUs))
    .reduce<Giver | undefined>(
      (last, one) => (last === undefined || one.startUs > last.startUs ? one : last),
      undefined,
    );
}
