/**
 * Holds which findings a ledger need not keep any longer.
 * In: tracked findings, a time. Out: those that were over before it.
 * Must never choose one that is open, or that a person's signature covers.
 */
import type { TimeUs } from "../../event/event.ts";
import { endedStates, type TrackedFinding } from "./finding-change.ts";

/**
 * Ended ones; and stale ones, which nothing was heard of for as long: their nodes are gone, and
 * nobody saw them end. **Order**: of `tracked`.
 */
export function chooseForgotten(
  tracked: readonly TrackedFinding[],
  beforeUs: TimeUs,
): readonly TrackedFinding[] {
  return tracked.filter(
    ({ state, suppressedUntil, changedUs, lastReportedUs }) =>
      (endedStates.includes(state) || state === "stale") &&
      suppressedUntil === "" &&
      Math.max(changedUs, lastReportedUs) < beforeUs,
  );
}
