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
  const processesOf = Map.groupBy(processes, ({ entry }) => entry);
  const stepsOf = Map.groupBy(steps, ({ entry }) => entry);
  const groups = Map.groupBy(signals, (signal) => signal.entry || signal.process);
  const sessions = [...groups].map(([entry, own]) =>
    buildSession(entry, own, {
      processes: entry === "" ? [] : (processesOf.get(entry) ?? []),
      steps: entry === "" ? [] : (stepsOf.get(entry) ?? []),
    }),
  );
  return {
    sessions: sessions.sort((a, b) => a.fromUs - b.fromUs || compareText(a.entry, b.entry)),
    processes: new Map(processes.map((process) => [process.process, process])),
  };
}

function buildSession(
  entry: string,
  signals: readonly SignalFact[],
  facts: Pick<Facts, "processes" | "steps">,
): Session {
  const sorted = [...signals].sort(compareSignals);
  const processes = [...facts.processes].sort(
    (a, b) => a.startUs - b.startUs || compareText(a.process, b.process),
  );
  const steps = [...facts.steps].sort(compareSteps);
  const [first] = sorted;
  // What a server of weeks did long before is no part of the session's time: its start is not.
  const starts = processes.filter(({ process, startUs }) => process !== entry && startUs > 0);
  const times = [
    ...sorted.flatMap((one) => [one.firstSeenUs, one.lastSeenUs]),
    ...starts.map(({ startUs }) => startUs),
    ...steps.flatMap((one) => [one.firstSeenUs, one.lastSeenUs]),
  ].filter((time) => time > 0);
  return {
    entry,
    entryKind: first?.entryKind ?? "unknown",
    host: first?.host ?? "",
    node: first?.node ?? "",
    container: first?.container ?? "",
    signals: sorted,
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
