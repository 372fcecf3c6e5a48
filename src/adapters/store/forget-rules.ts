/**
 * Holds which facts may be forgotten, and how old losses are kept short.
 * In: what is kept of containers, losses of one writer. Out: yes or no, what takes the place of
 * what. Both stores ask here, so that they forget the same.
 */
import assert from "node:assert/strict";
import { isHostKey } from "../../core/observe/container-key.ts";
import type { Fact, LossFact } from "../../core/observe/fact.ts";
import { factKey } from "../../core/observe/fact-key.ts";

/** Hosts stay as long as their node may come back, and "" is no container. */
export function isForgettable(container: string): boolean {
  return container !== "" && !isHostKey(container);
}

/**
 * Of hosts these go by their own age: a host has sessions without end. So do habits of workloads,
 * which are of no container.
 */
export const sessionKinds = ["signal", "process", "step", "profile"] as const;

export function isSessionFact({ kind }: Fact): boolean {
  return sessionKinds.some((one) => one === kind);
}

export interface WidenedLoss {
  /** The earliest: its key is the key of the wide one, which takes its place. */
  readonly first: LossFact;
  readonly dropped: readonly LossFact[];
  readonly wide: LossFact;
}

/**
 * One wide loss for all old ones of a node, container and reason: too wide a loss claims less,
 * never more. A loss without an end may be of any time, and stays as it is.
 */
export function widenLosses(losses: readonly LossFact[], beforeUs: number): readonly WidenedLoss[] {
  const groups = new Map<string, LossFact[]>();
  for (const loss of [...losses].sort((a, b) => a.sinceUs - b.sinceUs)) {
    if (loss.untilUs === 0 || Math.max(loss.sinceUs, loss.untilUs) >= beforeUs) continue;
    const key = factKey({ ...loss, sinceUs: 0 });
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [loss]);
    else group.push(loss);
  }
  return [...groups.values()].filter(({ length }) => length > 1).map(widenGroup);
}

function widenGroup(losses: readonly LossFact[]): WidenedLoss {
  const [first, ...dropped] = losses;
  assert.ok(first !== undefined, "a group begins with a loss");
  const wide = {
    ...first,
    untilUs: losses.reduce((latest, { untilUs }) => Math.max(latest, untilUs), 0),
    count: losses.reduce((sum, { count }) => sum + count, 0),
    detail: losses.find(({ detail }) => detail !== "")?.detail ?? "",
  };
  return { first, dropped, wide };
}
