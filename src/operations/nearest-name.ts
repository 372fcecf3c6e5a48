/**
 * Holds the search for the name that was probably meant.
 * In: a word and the words there are. Out: the nearest, or nothing when none is near.
 * Must never take long: words are cut.
 */
import { findNearNames } from "../core/report/find-near-names.ts";

/** The nearest of `names` to `word`, upper and lower case alike. **Order**: see `findNearNames`. */
export function nearestName(word: string, names: Iterable<string>): string | undefined {
  return findNearNames(word.toLowerCase(), names)[0];
}
