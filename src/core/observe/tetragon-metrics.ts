/**
 * Holds what Tetragon's own counters say was lost, and when.
 * In: one or more scrapes of its metrics, the time that the events span. Out: loss facts.
 * Must never count what was lost before the events began: Tetragon loses much while it starts.
 */
import { compareText } from "../event/compare-text.ts";
import type { TimeUs } from "../event/event.ts";
import type { LossFact } from "./fact.ts";
import { lossCounter } from "./loss-counters.ts";
import { readHttpDate, readSamples, type Sample } from "./prometheus-text.ts";

export interface MetricsSnapshot {
  readonly input: string;
  /**
   * When it was taken: the `Date:` of the answer, or the latest exported event where only the
   * metrics were saved. 0 unknown.
   */
  readonly timeUs: TimeUs;
  /** Start of the Tetragon that answered; 0 unknown. */
  readonly agentStartUs: TimeUs;
  /** Node name where the metrics carry it; "" else. */
  readonly node: string;
  readonly losses: ReadonlyMap<string, LossCount>;
  /** Policies that Tetragon holds but that do not work, by state. */
  readonly brokenPolicies: ReadonlyMap<string, number>;
}

export interface LossCount {
  readonly reason: string;
  readonly phrase: string;
  readonly count: number;
}

export interface LossWindow {
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
}

/** Reason of the loss that some policies, nobody knows which, do not work. */
export const notActiveReason = "policy-not-active";

const seriesCountMax = 10_000;
/** **Unit**: microseconds that two clocks, or a scrape and the next event, may differ. */
const slackUs = 2_000_000;

/** **Errors**: none; text without samples gives an empty snapshot. */
export function readTetragonMetrics(text: string, input: string): MetricsSnapshot {
  const losses = new Map<string, LossCount>();
  const brokenPolicies = new Map<string, number>();
  const nodes = new Set<string>();
  let exportedUs = 0;
  let agentStartUs = 0;
  readSamples(text, (sample) => {
    const { name, labels, value } = sample;
    if (value <= 0) return;
    if (name === "process_start_time_seconds") agentStartUs = Math.round(value * 1e6);
    else if (name.startsWith("tetragon_events_last_exported")) exportedUs = Math.round(value * 1e6);
    else if (/^tetragon_tracingpolicy_loaded/.test(name)) {
      const state = labels.get("state") ?? "";
      if (/error|disabled/.test(state)) brokenPolicies.set(state, value);
    } else addLoss(losses, sample);
    const node = labels.get("node_name") ?? "";
    if (node !== "" && nodes.size < 2) nodes.add(node);
  });
  const [node] = nodes;
  return {
    input,
    timeUs: readHttpDate(text) || exportedUs,
    agentStartUs,
    node: nodes.size === 1 && node !== undefined ? node : "",
    losses,
    brokenPolicies,
  };
}

function addLoss(losses: Map<string, LossCount>, sample: Sample): void {
  const counter = lossCounter(sample);
  if (counter === undefined || losses.size >= seriesCountMax) return;
  const { series, reason, phrase } = counter;
  const count = (losses.get(series)?.count ?? 0) + sample.value;
  losses.set(series, { reason, phrase, count });
}

/** What one stretch between two scrapes lost. */
interface Stretch {
  readonly node: string;
  readonly sinceUs: TimeUs;
  readonly untilUs: TimeUs;
  readonly losses: ReadonlyMap<string, LossCount>;
  /** How the time is known, for the detail. */
  readonly when: string;
}

/**
 * Losses between each two scrapes of a node, and before the first if the events began earlier than
 * it was taken. With one scrape: since Tetragon started, which may be more than the window lost.
 * A Tetragon that was started anew counts from zero. **Order**: by time, then reason.
 */
export function lossesBetween(
  snapshots: readonly MetricsSnapshot[],
  window: LossWindow,
): readonly LossFact[] {
  const byNode = Map.groupBy(snapshots, ({ node }) => node);
  return [...byNode.values()].flatMap((group) => {
    const ordered = inOrder(group);
    return [
      ...stretchesOf(ordered, window).flatMap(factsOf),
      ...brokenPolicyFacts(ordered, window),
    ];
  });
}

/** By time where it is known, else by how much was counted: counters only grow. */
function inOrder(group: readonly MetricsSnapshot[]): readonly MetricsSnapshot[] {
  const total = ({ losses }: MetricsSnapshot): number =>
    [...losses.values()].reduce((sum, { count }) => sum + count, 0);
  return [...group].sort((a, b) =>
    a.timeUs > 0 && b.timeUs > 0
      ? a.timeUs - b.timeUs
      : a.agentStartUs - b.agentStartUs || total(a) - total(b),
  );
}

function stretchesOf(ordered: readonly MetricsSnapshot[], window: LossWindow): readonly Stretch[] {
  const [first] = ordered;
  if (first === undefined) return [];
  const isOnly = ordered.length === 1;
  const stretches: Stretch[] = [];
  const { node, timeUs, losses } = first;
  if (isOnly) {
    const when = "since Tetragon started, some of it perhaps before the events";
    const sinceUs = Math.max(window.fromUs, Math.min(first.agentStartUs, window.toUs));
    stretches.push({ node, losses, when, sinceUs, untilUs: window.toUs });
  } else if (timeUs > window.fromUs + slackUs) {
    const when = "before the first scrape of the metrics";
    stretches.push({ node, losses, when, sinceUs: window.fromUs, untilUs: timeUs });
  }
  for (const [index, next] of ordered.entries()) {
    const previous = ordered[index - 1];
    if (previous === undefined) continue;
    const sinceUs = previous.timeUs > 0 ? previous.timeUs : window.fromUs;
    const untilUs = next.timeUs > 0 ? next.timeUs : window.toUs;
    if (sinceUs > window.toUs || untilUs < window.fromUs) continue;
    const grown = growth(previous, next);
    stretches.push({ node, sinceUs, untilUs, losses: grown, when: "between two scrapes" });
  }
  return joinAlike(stretches);
}

/** Where no scrape says when it was taken, all stretches are the whole window: one loss each. */
function joinAlike(stretches: readonly Stretch[]): readonly Stretch[] {
  const bySince = Map.groupBy(stretches, ({ sinceUs }) => sinceUs);
  return [...bySince.values()].flatMap((group) => {
    const [first, ...more] = group;
    if (first === undefined || more.length === 0) return group;
    const losses = new Map<string, LossCount>();
    for (const stretch of group) {
      for (const [series, loss] of stretch.losses) {
        const count = (losses.get(series)?.count ?? 0) + Math.max(0, loss.count);
        losses.set(series, { ...loss, count });
      }
    }
    const untilUs = group.reduce((latest, one) => Math.max(latest, one.untilUs), 0);
    return [{ ...first, untilUs, losses }];
  });
}

function growth(previous: MetricsSnapshot, next: MetricsSnapshot): ReadonlyMap<string, LossCount> {
  const bothKnown = previous.agentStartUs > 0 && next.agentStartUs > 0;
  const before = (series: string): number => previous.losses.get(series)?.count ?? 0;
  const isNewAgent =
    (bothKnown && Math.abs(next.agentStartUs - previous.agentStartUs) > slackUs) ||
    [...next.losses].some(([series, { count }]) => count < before(series));
  if (isNewAgent) return next.losses;
  return new Map(
    [...next.losses].map(([series, loss]) => {
      return [series, { ...loss, count: loss.count - before(series) }];
    }),
  );
}

function factsOf({ node, sinceUs, untilUs, losses, when }: Stretch): readonly LossFact[] {
  const byReason = new Map<string, { count: number; phrase: string; series: string[] }>();
  for (const [series, { reason, phrase, count }] of losses) {
    if (count <= 0) continue;
    const sum = byReason.get(reason) ?? { count: 0, phrase, series: [] };
    byReason.set(reason, { ...sum, count: sum.count + count, series: [...sum.series, series] });
  }
  return [...byReason]
    .sort(([a], [b]) => compareText(a, b))
    .map(([reason, { count, phrase, series }]) => {
      const more = series.length > 2 ? ` and ${series.length - 2} more` : "";
      return {
        kind: "loss",
        node,
        container: "",
        reason,
        sinceUs,
        untilUs,
        count,
        detail: `${count} ${phrase}, ${when} (${series.slice(0, 2).join(", ")}${more})`,
      };
    });
}

/**
 * A policy that one scrape shows to be broken may be so since the one before, and until the next.
 * Neighbours of one state are one loss.
 */
function brokenPolicyFacts(
  ordered: readonly MetricsSnapshot[],
  { fromUs, toUs }: LossWindow,
): readonly LossFact[] {
  const spans = new Map<string, { sinceUs: TimeUs; untilUs: TimeUs; count: number }[]>();
  for (const [index, { brokenPolicies }] of ordered.entries()) {
    const sinceUs = Math.max(fromUs, ordered[index - 1]?.timeUs ?? 0);
    const untilUs = Math.min(toUs, ordered[index + 1]?.timeUs || toUs);
    if (sinceUs > untilUs) continue;
    for (const [state, count] of brokenPolicies) {
      const known = spans.get(state) ?? [];
      const last = known.at(-1);
      spans.set(state, known);
      if (last === undefined || last.untilUs < sinceUs) known.push({ sinceUs, untilUs, count });
      else {
        last.untilUs = Math.max(last.untilUs, untilUs);
        last.count = Math.max(last.count, count);
      }
    }
  }
  const all = [...spans].flatMap(([state, some]) => some.map((span) => ({ state, ...span })));
  all.sort((a, b) => a.sinceUs - b.sinceUs || compareText(a.state, b.state));
  return all.map(({ state, sinceUs, untilUs, count }) => ({
    ...{ kind: "loss", node: ordered[0]?.node ?? "", container: "", reason: notActiveReason },
    ...{ sinceUs, untilUs, count: 0 },
    detail: `${count} of the tracing policies are not active: ${state}`,
  }));
}
