/**
 * Holds which state of a finding may follow which.
 * In: two states. Out: whether the step is one that a ledger may hold.
 */
import type { FindingState } from "./finding-change.ts";

const present: readonly FindingState[] = ["suppressed", "stale", "fixed-in-image"];
const absent: readonly FindingState[] = ["fixed", "retracted", "gone", "stale"];
const seenAgain: readonly FindingState[] = ["open", "changed", ...present, ...absent];

/** "" is before the first report that holds it. */
const transitions: Readonly<Record<FindingState | "", readonly FindingState[]>> = {
  // Seen only in containers that ended: tracked, and gone from the start.
  "": ["new", "gone", ...present],
  new: seenAgain,
  open: seenAgain,
  changed: seenAgain,
  regressed: seenAgain,
  // `regressed`: the image that was mended has it again.
  "fixed-in-image": ["open", "regressed", ...present, ...absent],
  fixed: ["regressed", ...present],
  retracted: ["open", ...present],
  gone: ["open", ...present],
  suppressed: ["open", ...present, ...absent],
  stale: ["open", ...present, ...absent],
};

/** A step from a state to itself only tells that something about the finding changed. */
export function isTransition(from: FindingState | "", to: FindingState): boolean {
  return transitions[from].includes(to);
}
