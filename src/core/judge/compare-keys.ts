/**
 * Holds how two lists of keys are compared, as rules that decide one after the other.
 * In: numbers, smaller first. Out: an order for sorting.
 */

/** The first that differs decides; 0 where none does. */
export function compareKeys(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((key, at) => key !== b[at]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
