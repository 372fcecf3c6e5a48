/**
 * Holds the losses that no fold can see: cut files, what Tetragon's own counters say, processes
 * that the bounded tree had to forget.
 * In: what was read, metrics. Out: loss facts, and a problem for each that a person should know.
 * Must never weaken a time in which nothing was lost.
 */
import type { ProblemLog } from "../core/event/problem.ts";
import type { LossFact } from "../core/observe/fact.ts";
import type { FactSet } from "../core/observe/fact-set.ts";
import { earliest } from "../core/observe/merge-facts.ts";
import {
  type LossWindow,
  lossesBetween,
  type MetricsSnapshot,
} from "../core/observe/tetragon-metrics.ts";
import type { Observer } from "../engine/observe-events.ts";
import type { Recording } from "./read-recording.ts";

export interface LossSources {
  readonly facts: FactSet;
  readonly recording: Recording;
  readonly metrics: readonly MetricsSnapshot[];
  readonly observer: Observer;
}

export function addLosses(sources: LossSources, problems: ProblemLog): void {
  const { facts, recording, metrics, observer } = sources;
  for (const fact of [...cutFiles(recording), ...damages(recording)]) facts.add(fact);
  addCountedLosses({ facts, metrics, window: recording }, problems);
  const { evictedCount } = observer.tree;
  if (evictedCount > 0) facts.add(eviction(evictedCount, recording));
}

export interface StateLossSources extends Pick<LossSources, "facts" | "metrics"> {
  readonly recording: LossWindow;
}

/**
 * What metrics say that are given beside the state of a daemon. It goes on after they were read: of
 * what came later they say nothing. And it may have facts of before what it tells of its streams.
 */
export function addStateLosses(
  { facts, recording, metrics }: StateLossSources,
  problems: ProblemLog,
): void {
  let { fromUs, toUs } = recording;
  for (const { sinceUs, untilUs } of facts.coverage) {
    fromUs = earliest(fromUs, sinceUs);
    toUs = Math.max(toUs, untilUs);
  }
  if (metrics.every(({ timeUs }) => timeUs > 0)) {
    const readUs = metrics.reduce((latest, { timeUs }) => Math.max(latest, timeUs), 0);
    if (readUs < fromUs) return;
    toUs = Math.min(toUs, readUs);
  }
  addCountedLosses({ facts, metrics, window: { fromUs, toUs } }, problems);
}

interface CountedSources extends Pick<LossSources, "facts" | "metrics"> {
  readonly window: LossWindow;
}

/** What Tetragon counted itself. */
function addCountedLosses({ facts, metrics, window }: CountedSources, problems: ProblemLog): void {
  for (const fact of lossesBetween(metrics, window)) {
    facts.add(fact);
    problems.add({
      code: `lost-${fact.reason}`,
      weight: "lost",
      message: `Tetragon's own counters tell of losses: ${fact.detail}.`,
      place: { input: "", offset: -1, line: 0 },
    });
  }
}

/**
 * A cut input ends earlier than what it recorded: from its last event on, anything may be lost. The
 * loss begins just before that event, so that it weighs on all that still ran then, also when
 * nothing comes after.
 */
function cutFiles(recording: Recording): readonly LossFact[] {
  const cut = recording.inputs.filter((input) => input.cut !== undefined);
  return cut.flatMap((input) =>
    input.nodes.map(({ node, lastUs }) => ({
      kind: "loss" as const,
      node,
      container: "" as const,
      reason: "cut-file",
      sinceUs: Math.max(0, lastUs - 1),
      untilUs: Math.max(lastUs, recording.toUs),
      count: 0,
      detail: "a file of events ends before its recording did",
    })),
  );
}

/** Records that could not be read may have been anyone's of the nodes in the file. */
function damages(recording: Recording): readonly LossFact[] {
  return recording.inputs.flatMap(({ damage, nodes }) => {
    if (damage === undefined) return [];
    const names = nodes.length === 0 ? [""] : nodes.map(({ node }) => node);
    return names.map((node) => ({
      kind: "loss" as const,
      node,
      container: "" as const,
      reason: "damaged-file",
      sinceUs: damage.sinceUs === 0 ? recording.fromUs : damage.sinceUs,
      untilUs: damage.untilUs === 0 ? recording.toUs : damage.untilUs,
      count: damage.count,
      detail: "a file of events has records that cannot be read",
    }));
  });
}

function eviction(count: number, { fromUs, toUs }: Recording): LossFact {
  return {
    kind: "loss",
    node: "",
    container: "",
    reason: "eviction",
    sinceUs: fromUs,
    untilUs: toUs,
    count,
    detail: "more processes at a time than the process tree keeps",
  };
}
