/**
 * Holds when two lists say the same.
 * In: two lists. Out: whether each item of one is that of the other, at the same place.
 */

/** **Cost**: nothing is allocated; lists that are one are not looked at. */
export function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
