/**
 * Holds how a name from outside is shown within a sentence of the judge.
 * In: any text. Out: one quoted line of bounded length.
 * Must never let control characters or an end of the quote through.
 */
import { cutText } from "../event/bounds.ts";

const shownLengthMax = 120;

/** JSON's escapes make control characters and quotes visible. */
export function quoteName(text: string): string {
  return JSON.stringify(cutText(text, shownLengthMax));
}
