/**
 * Holds how command lines, paths and addresses are shown within a sentence of an incident.
 * In: any text. Out: one quoted line of bounded length, plain to read although it holds quotes.
 * Must never let control characters or an end of the quote through.
 */
import { cutText } from "../../event/bounds.ts";

/** **Unit**: UTF-16 code units of the quoted text. */
const shownLengthMax = 160;

/** `“sh -c "id"”`; what is longer than `lengthMax` ends in "…". */
export function quoteCommand(text: string, lengthMax: number = shownLengthMax): string {
  const cut = text.length > lengthMax ? `${cutText(text, lengthMax - 1)}…` : text;
  const plain = JSON.stringify(cut).slice(1, -1).replaceAll('\\"', '"');
  return `“${plain.replace(/[“”]/g, "\\$&")}”`;
}

/** A walk over all processes is one thing: `/proc/17/environ` becomes one line for all. */
export function anyProcess(text: string): string {
  return text.replace(/(^|\s)\/proc\/\d+\//g, "$1/proc/*/");
}

/** Each quoted; of more than `countMax` the first ones and how many more. */
export function quoteList(texts: readonly string[], countMax: number, lengthMax?: number): string {
  const each = [...new Set(texts)];
  const shown = each.slice(0, countMax).map((text) => quoteCommand(text, lengthMax));
  const left = each.length - shown.length;
  return [...shown, ...(left > 0 ? [`${left} more`] : [])].join(", ");
}
