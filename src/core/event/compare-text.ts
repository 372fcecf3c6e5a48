/**
 * Holds the one order of texts.
 * In: two texts. Out: their order, the same on every machine.
 * Must never ask a locale: equal input must give byte-equal output everywhere.
 */

/** **Order**: by UTF-16 code units; for `sort`. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
