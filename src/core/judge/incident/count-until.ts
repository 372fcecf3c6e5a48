/**
 * Holds where a time falls in a list that is sorted by time.
 * In: things with a time, sorted; a time. Out: how many of them are not later.
 */
import type { TimeUs } from "../../event/event.ts";

/** **Cost**: logarithmic. */
export function countUntil(
  sorted: readonly { readonly startUs: TimeUs }[],
  timeUs: TimeUs,
): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.startUs ?? 0) <= timeUs) low = middle + 1;
    else high = middle;
  }
  return low;
}
