/**
 * Holds what ties a session that hands a command to somebody else to the session that then ran it:
 * `systemd-run`, `at`, a line for cron, a body for a container's socket, text for a database.
 * In: sessions that are an incident each. Out: links with their cause.
 * Must never tie two that merely ran the same: who ran it himself handed it to nobody.
 */
import { compareText } from "../../event/compare-text.ts";
import type { TimeUs } from "../../event/event.ts";
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import { type CommandBook, commandKey, createCommandBook, placeKey } from "./command-book.ts";
import { countUntil } from "./count-until.ts";
import type { JoinLink, JoinScene } from "./join-link.ts";
import { quoteCommand } from "./quote-command.ts";
import type { Session } from "./session.ts";
import { bareWord, commandWords, wordsOf } from "./split-words.ts";
import { isTainted } from "./taint.ts";

const hourUs = 3600 * 1_000_000;
const dayUs = 24 * hourUs;
/** What is run each night comes again within it. */
const againUs = 25 * hourUs;
/** Shorter commands are typed by anybody. */
const commandLengthMin = 16;
/** Of a command line: what begins like a command more often is made to keep a judge busy. */
const startCountMax = 32;
/** Commands that begin with the same words; those beyond are not looked for. */
const alikeCountMax = 64;
const startLengthMin = 2;
const startLengthMax = 4;

/** A command that sessions of one node began with, for others to be searched for. */
interface Task {
  /** Its words with a space about each. */
  readonly text: string;
  readonly runs: Run[];
  readonly givers: Giver[];
}

interface Run {
  readonly entry: string;
  readonly root: ProcessFact;
}

interface Giver {
  readonly entry: string;
  readonly startUs: TimeUs;
}

/** **Cost**: linear in words of command lines; a command is looked for where its start is. */
export function findCommandLinks({ sessions, processes }: JoinScene): readonly JoinLink[] {
  const tasks = gatherTasks(sessions, processes);
  if (tasks.firstWords.size === 0) return [];
  for (const session of sessions) noteGivers(session, tasks, processes);
  const given = [...tasks.byStart.values()].flat().filter(({ givers }) => givers.length > 0);
  if (given.length === 0) return [];
  const book = createCommandBook(processes.values());
  return given.flatMap((task) => linksOf(task, book));
}

/** What runs again goes on with its last run. **Order**: of runs. */
function linksOf({ text, runs, givers }: Task, book: CommandBook): readonly JoinLink[] {
  const sorted = givers.sort((a, b) => a.startUs - b.startUs || compareText(a.entry, b.entry));
  const why = `it handed over the command ${quoteCommand(text.trim())}, which the other ran`;
  const last = new Map<string, Giver>();
  return runs.flatMap(({ entry, root }): JoinLink[] => {
    const job = commandKey(root);
    const before = last.get(job);
    const isAgain = before !== undefined && root.startUs - before.startUs <= againUs;
    const giver = isAgain ? before : giverOf(root, sorted, book);
    if (giver === undefined || giver.entry === entry) return [];
    last.set(job, { entry, startUs: root.startUs });
    return [{ from: giver.entry, to: entry, why: isAgain ? "the same command ran again" : why }];
  });
}

interface Tasks {
  /** By node and first words. */
  readonly byStart: Map<string, Task[]>;
  /** By node and first word alone: most words of a line begin nothing. */
  readonly firstWords: Set<string>;
}

function gatherTasks(
  sessions: readonly Session[],
  processes: ReadonlyMap<string, ProcessFact>,
): Tasks {
  const found: Tasks = { byStart: new Map(), firstWords: new Set() };
  const byText = new Map<string, Task>();
  for (const { entry, node } of sessions) {
    const root = processes.get(entry);
    if (root === undefined || root.startUs <= 0) continue;
    const words = commandWords(root);
    const text = textOf(words);
    if (words.length < startLengthMin || text.length < commandLengthMin) continue;
    const known = byText.get(placeKey(node, text));
    if (known !== undefined) known.runs.push({ entry, root });
    else {
      const key = startKey(node, words.slice(0, startLengthMax));
      const alike = found.byStart.get(key) ?? [];
      if (alike.length >= alikeCountMax) continue;
      const task: Task = { text, runs: [{ entry, root }], givers: [] };
      byText.set(placeKey(node, text), task);
      found.byStart.set(key, [...alike, task]);
      found.firstWords.add(placeKey(node, bareWord(words[0] ?? "")));
    }
  }
  return found;
}

/** The first word alone may be written as a path by one and as a name by the other. */
function textOf([first = "", ...rest]: readonly string[]): string {
  return ` ${[bareWord(first), ...rest].join(" ")} `;
}

function startKey(node: string, words: readonly string[]): string {
  return placeKey(node, textOf(words));
}

/** What a session's command lines hold of others' commands, and it did not run itself. */
function noteGivers(
  session: Session,
  tasks: Tasks,
  processes: ReadonlyMap<string, ProcessFact>,
): void {
  const { entry, node } = session;
  const own = new Set(session.processes.map((process) => textOf(commandWords(process))));
  for (const process of session.processes) {
    const { startUs } = process;
    if (startUs <= 0 || !isTainted(session, process.process, startUs, processes)) continue;
    for (const task of tasksIn(node, wordsOf(process), tasks)) {
      if (!own.has(task.text)) task.givers.push({ entry, startUs });
    }
  }
}

function tasksIn(node: string, words: readonly string[], tasks: Tasks): ReadonlySet<Task> {
  const found = new Set<Task>();
  let startCount = 0;
  for (let at = 0; at < words.length && startCount < startCountMax; at += 1) {
    if (!tasks.firstWords.has(placeKey(node, bareWord(words[at] ?? "")))) continue;
    for (let length = startLengthMin; length <= startLengthMax; length += 1) {
      const some = tasks.byStart.get(startKey(node, words.slice(at, at + length)));
      if (some === undefined) continue;
      startCount += 1;
      const text = textOf(words.slice(at));
      for (const task of some) if (text.startsWith(task.text)) found.add(task);
    }
  }
  return found;
}

/**
 * The latest before it ran first, within a day. Who came later handed over nothing new: to look for
 * a command is to name it, too.
 */
function giverOf(
  root: ProcessFact,
  sorted: readonly Giver[],
  book: CommandBook,
): Giver | undefined {
  if (book.firstUs(root) < root.startUs) return undefined;
  const before = sorted[countUntil(sorted, root.startUs) - 1];
  return before !== undefined && root.startUs - before.startUs <= dayUs ? before : undefined;
}
