/**
 * Holds sessions: what the processes below one root did, with the signals about them.
 * In: facts of detection. Out: one session for each root that has signals, and all processes.
 * Must never depend on the order in which facts come.
 */
import { compareText } from "../../event/compare-text.ts";
import type { TimeUs } from "../../event/event.ts";
import type { ProcessFact, SignalFact, StepFact } from "../../observe/detect/detect-fact.ts";
import type { EntryKind } from "../../observe/detect/subject.ts";
import type { ContainerKey } from "../../observe/fact.ts";
import type { IncidentInput } from "./incident-input.ts";

export interface Session {
  /** Exec id of its root. */
  readonly entry: string;
  readonly entryKind: EntryKind;
  /** Exec id of who started it; "" unseen. */
  readonly host: string;
  readonly node: string;
  readonly container: ContainerKey;
  /** **Order**: by time, then rule and process. */
  readonly signals: readonly SignalFact[];
  /** **Order**: by time. */
  readonly processes: readonly ProcessFact[];
  /** **Order**: by time. */
  readonly steps: readonly StepFact[];
  /** First and last thing that it was seen to do; a root that only waits does nothing. */
  readonly fromUs: TimeUs;
  readonly untilUs: TimeUs;
}

export interface SessionBook {
  /** **Order**: by first act, then root. */
  readonly sessions: readonly Session[];
  /** By exec id, those above sessions included. */
  readonly processes: ReadonlyMap<string, ProcessFact>;
}

type Facts = Pick<IncidentInput, "signals" | "processes" | "steps">;

/** **Cost**: linear in facts, but for sorting. */
export function gatherSessions({ signals, processes, steps }: Facts): SessionBook {
  const known = new Map(processes.map((process) => [process.process, process]));
  const processesOf = Map.groupBy(processes, ({ entry }) => entry);
  const stepsOf = Map.groupBy(steps, ({ entry }) => entry);
  const groups = Map.groupBy(signals, (signal) => signal.entry || signal.process);
  const sessions = [...groups].map(([entry, own]) =>
    buildSession(entry, own, {
      processes: entry === "" ? [] : (processesOf.get(entry) ?? []),
      steps: entry === "" ? [] : (stepsOf.get(entry) ?? []),
      known,
    }),
  );
  return {
    sessions: sessions.sort((a, b) => a.fromUs - b.fromUs || compareText(a.entry, b.entry)),
    processes: known,
  };
}

interface SessionFacts extends Pick<Facts, "processes" | "steps"> {
  readonly known: ReadonlyMap<string, ProcessFact>;
}

const minuteUs = 60_000_000;

/**
 * Of what runs all the time only what belongs to the signals: what their processes, and those
 * below, did from a minute before the first to ten minutes after the last.
 */
function trimStanding(
  entry: string,
  all: readonly SignalFact[],
  { processes, steps, known }: SessionFacts,
): Facts {
  const signals = tellingOf(all);
  const since = signals.reduce((least, one) => Math.min(least, one.firstSeenUs), Infinity);
  const until = signals.reduce((most, one) => Math.max(most, one.lastSeenUs), 0);
  const isNear = (timeUs: TimeUs) => timeUs >= since - minuteUs && timeUs <= until + 10 * minuteUs;
  const about = new Set(signals.map(({ process }) => process));
  const isBelow = (process: string) => ancestorsOf(process, known).some((one) => about.has(one));
  return {
    signals: all.filter(
      (one) => signals.includes(one) || (isNear(one.firstSeenUs) && isBelow(one.process)),
    ),
    processes: processes.filter(
      ({ process, startUs }) =>
        process === entry || about.has(process) || (isNear(startUs) && isBelow(process)),
    ),
    steps: steps.filter(({ process, firstSeenUs }) => isNear(firstSeenUs) && isBelow(process)),
  };
}

/** Those that say when something happened: new behaviour alone may be of any time and process. */
function tellingOf(signals: readonly SignalFact[]): readonly SignalFact[] {
  const telling = signals.filter(({ family }) => family !== "novelty");
  return telling.length > 0 ? telling : signals;
}

const ancestorCountMax = 64;

/** **Order**: from the given process upwards, itself included. Ends on cycles. */
export function ancestorsOf(
  process: string,
  processes: ReadonlyMap<string, ProcessFact>,
): readonly string[] {
  const found: string[] = [];
  let next = process;
  while (next !== "" && found.length < ancestorCountMax && !found.includes(next)) {
    found.push(next);
    next = processes.get(next)?.parent ?? "";
  }
  return found;
}

/** The container's own processes, init and the like: they outlive any visit. */
export function isStandingKind(kind: EntryKind | undefined): boolean {
  return kind === "startup" || kind === "runtime" || kind === "probe";
}

function buildSession(entry: string, signals: readonly SignalFact[], facts: SessionFacts): Session {
  const sorted = [...signals].sort(compareSignals);
  const [first] = sorted;
  const isStanding = isStandingKind(first?.entryKind);
  const own = isStanding ? trimStanding(entry, sorted, facts) : { ...facts, signals: sorted };
  const processes = [...own.processes].sort(
    (a, b) => a.startUs - b.startUs || compareText(a.process, b.process),
  );
  const steps = [...own.steps].sort(compareSteps);
  // A server's own start, weeks ago, is no part of the session's time.
  const starts = isStanding ? [] : processes.filter(({ startUs }) => startUs > 0);
  const times = [
    ...(isStanding ? tellingOf(sorted) : sorted).flatMap((one) => [
      one.firstSeenUs,
      one.lastSeenUs,
    ]),
    ...starts.map(({ startUs }) => startUs),
    ...(isStanding ? [] : steps).flatMap((one) => [one.firstSeenUs, one.lastSeenUs]),
  ].filter((time) => time > 0);
  return {
    entry,
    entryKind: first?.entryKind ?? "unknown",
    host: first?.host ?? "",
    node: first?.node ?? "",
    container: first?.container ?? "",
    signals: own.signals,
    processes,
    steps,
    fromUs: times.reduce((least, time) => Math.min(least, time), times[0] ?? 0),
    untilUs: times.reduce((most, time) => Math.max(most, time), 0),
  };
}

/** **Order**: by time, then rule and process. */
export function compareSignals(a: SignalFact, b: SignalFact): number {
  return (
    a.firstSeenUs - b.firstSeenUs ||
    compareText(a.rule, b.rule) ||
    compareText(a.process, b.process)
  );
}

/** **Order**: by time, then process and what it did. */
export function compareSteps(a: StepFact, b: StepFact): number {
  return (
    a.firstSeenUs - b.firstSeenUs ||
    compareText(a.process, b.process) ||
    compareText(a.what, b.what) ||
    compareText(a.subject, b.subject)
  );
}
