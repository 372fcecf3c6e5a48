/**
 * Holds what happened, line by line: programs that ran, what they did, which rules matched.
 * In: a case. Out: at most 200 lines in order of time, and what was left out.
 * Must keep the lines that rules speak of before all others.
 */
import { compareText } from "../../event/compare-text.ts";
import type { ProcessFact, SignalFact, StepFact } from "../../observe/detect/detect-fact.ts";
import type { Level } from "../../observe/detect/rule.ts";
import type { Citation } from "../../observe/fact.ts";
import type { TimelineEntry } from "./incident.ts";
import { type IncidentCase, tellLeft } from "./incident-case.ts";
import { commandOf, programOf } from "./name-process.ts";
import { anyProcess, quoteCommand } from "./quote-command.ts";
import { levelRank } from "./weigh-signals.ts";

const lineCountMax = 200;
const titleCountMax = 2;
/** What ran longer before shows in the tree of processes alone. */
const minuteUs = 60_000_000;

export interface Timeline {
  /** **Order**: by time. */
  readonly lines: readonly TimelineEntry[];
  readonly omitted: readonly string[];
}

/** **Cost**: linear in the case's facts, but for sorting. */
export function buildTimeline(given: IncidentCase): Timeline {
  const sinceUs = given.firstSeenUs - minuteUs;
  const plain = [
    ...groupCommands(given.processes.filter(({ startUs }) => startUs >= sinceUs)),
    ...given.processes.flatMap(exitOf),
    ...groupSteps(given.steps).map((step) => lineOfStep(step, given)),
  ];
  const lines = mergeSignals(plain, given);
  const kept = [...lines]
    .sort((a, b) => weightOf(b, given) - weightOf(a, given) || compareLines(a, b))
    .slice(0, lineCountMax)
    .sort(compareLines);
  return { lines: kept, omitted: tellLeft(lines.length, kept.length, "lines of the timeline") };
}

function compareLines(a: TimelineEntry, b: TimelineEntry): number {
  return (
    a.timeUs - b.timeUs ||
    order.indexOf(a.what) - order.indexOf(b.what) ||
    compareText(a.process, b.process) ||
    compareText(a.text, b.text)
  );
}

/** Of one moment: a program starts before it acts, and ends last. */
const order =
  "exec accept listen connect read write rename link mode mount delete other signal exit".split(
    " ",
  );

function weightOf({ level, what, process }: TimelineEntry, { marked }: IncidentCase): number {
  const own = marked.has(process) ? 2 : 0;
  if (level !== undefined) return 10 + levelRank(level);
  if (what === "exec") return 4 + own;
  if (what === "exit") return 0;
  return what === "read" || what === "other" ? 1 + own : 3 + own;
}

/** The same command again by the same session is one line with a count. */
function groupCommands(processes: readonly ProcessFact[]): readonly TimelineEntry[] {
  const groups = Map.groupBy(processes, (one) =>
    [one.entry, one.container, one.uid, one.binary, one.arguments].join("\u0000"),
  );
  return [...groups.values()].flatMap((same): readonly TimelineEntry[] => {
    const [first] = same;
    return first === undefined ? [] : [lineOfCommand(first, same.length)];
  });
}

function lineOfCommand(process: ProcessFact, count: number): TimelineEntry {
  return {
    timeUs: process.startUs,
    process: process.process,
    what: "exec",
    text: `ran ${quoteCommand(commandOf(process))} (pid ${process.pid}, uid ${process.uid})`,
    level: undefined,
    techniques: [],
    count,
    citations: process.citations,
  };
}

/** **Unit**: microseconds. The end of what lived for less goes without saying. */
const longLifeUs = 10_000_000;

/** Ends that tell something: of a session's root that lived on, and by a signal. */
function exitOf(process: ProcessFact): readonly TimelineEntry[] {
  const { exitUs, exitStatus, entry, startUs } = process;
  const isTold = entry === process.process && exitUs - startUs >= longLifeUs;
  if (exitUs === 0 || (!isTold && !exitStatus.startsWith("SIG"))) return [];
  const status = exitStatus === "" ? "" : ` with ${quoteCommand(exitStatus, 20)}`;
  const text = `${quoteCommand(programOf(process), 60)} (pid ${process.pid}) ended${status}`;
  return [{ ...lineOfCommand(process, 1), timeUs: exitUs, what: "exit", text, citations: [] }];
}

/** One program that walks over all processes gives one line, with the count of what it saw. */
function groupSteps(steps: readonly StepFact[]): readonly StepFact[] {
  const groups = Map.groupBy(steps, ({ process, what, subject, detail }) =>
    [process, what, anyProcess(subject), detail].join("\u0000"),
  );
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined || same.length === 1) return same;
    const count = same.reduce((sum, step) => sum + step.count, 0);
    return [{ ...first, subject: anyProcess(first.subject), count }];
  });
}

const verbs: Readonly<Record<StepFact["what"], string>> = {
  connect: "connected to",
  accept: "took a connection from",
  listen: "listened at",
  read: "read",
  write: "wrote",
  delete: "deleted",
  rename: "renamed a file to",
  link: "linked",
  mode: "changed the mode of",
  mount: "mounted at",
  other: "called",
};
const detailWords: Readonly<Partial<Record<StepFact["what"], string>>> = {
  rename: "from",
  link: "to",
  mode: "to",
  mount: "from",
};

function lineOfStep(step: StepFact, { processOf }: IncidentCase): TimelineEntry {
  const process = processOf(step.process);
  const who = process === undefined ? "a process" : quoteCommand(programOf(process), 60);
  const word = detailWords[step.what];
  const detail = step.detail === "" ? "" : ` ${word ?? "with"} ${quoteCommand(step.detail, 80)}`;
  const bytes =
    step.sentBytes + step.receivedBytes === 0
      ? ""
      : `, ${step.sentBytes} bytes sent, ${step.receivedBytes} received`;
  return {
    timeUs: step.firstSeenUs,
    process: step.process,
    what: step.what,
    text: `${who} ${verbs[step.what]} ${quoteCommand(step.subject)}${detail}${bytes}`,
    level: undefined,
    techniques: [],
    count: step.count,
    citations: step.citations,
  };
}

/**
 * A rule that matched what a line already says is told in that line: the event it cites is the
 * same, or it is about the process that just started.
 */
function mergeSignals(
  plain: readonly TimelineEntry[],
  { signals, processOf }: IncidentCase,
): readonly TimelineEntry[] {
  const byEvent = new Map<string, number>();
  plain.forEach((line, at) => {
    for (const citation of line.citations) byEvent.set(eventKey(citation, line.process), at);
  });
  const told = new Map<number, SignalFact[]>();
  const alone: SignalFact[] = [];
  for (const signal of signals) {
    const [citation] = signal.citations;
    const at = citation === undefined ? undefined : byEvent.get(eventKey(citation, signal.process));
    if (at === undefined) alone.push(signal);
    else told.set(at, [...(told.get(at) ?? []), signal]);
  }
  const merged = plain.map((line, at) => addSignals(line, told.get(at) ?? []));
  const groups = Map.groupBy(alone, (one) => `${one.firstSeenUs} ${one.process}`);
  const rest = [...groups.values()].flatMap((same): readonly TimelineEntry[] => {
    const [first] = same;
    if (first === undefined) return [];
    const process = processOf(first.process);
    const who = process === undefined ? "a process" : quoteCommand(commandOf(process));
    const line: TimelineEntry = {
      timeUs: first.firstSeenUs,
      process: first.process,
      what: "signal",
      text: who,
      level: undefined,
      techniques: [],
      count: first.count,
      citations: first.citations,
    };
    return [addSignals(line, same)];
  });
  return [...merged, ...rest];
}

function eventKey({ input, offset, timeUs }: Citation, process: string): string {
  return `${input} ${offset} ${timeUs} ${process}`;
}

function addSignals(line: TimelineEntry, signals: readonly SignalFact[]): TimelineEntry {
  if (signals.length === 0) return line;
  const sorted = [...signals].sort((a, b) => levelRank(b.level) - levelRank(a.level));
  const titles = [...new Set(sorted.map(({ title }) => title))];
  const left = titles.length - titleCountMax;
  const shown = titles.slice(0, titleCountMax).map((title) => quoteCommand(title, 80));
  const level: Level | undefined = sorted[0]?.level;
  return {
    ...line,
    text: `${line.text}: ${shown.join(", ")}${left > 0 ? ` and ${left} more` : ""}`,
    level,
    techniques: [...new Set(sorted.flatMap(({ techniques }) => techniques))].sort(compareText),
  };
}
