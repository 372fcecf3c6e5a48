/**
 * Holds how a search is split into words, and words into what an index holds.
 * In: text as a person or a program wrote it. Out: words of letters and digits alone, so that
 * nothing in them can be an operator of a search.
 */
import { cutText } from "../../core/event/bounds.ts";

/** Enough for a long sentence; a pasted log is no search. */
const wordCountMax = 32;
/** **Unit**: UTF-16 code units that are looked at, and of one word. */
const searchLengthMax = 4096;
const wordLengthMax = 128;

export interface SearchWord {
  readonly word: string;
  /** The runs of letters and digits in it, to be found one after the other. */
  readonly terms: readonly string[];
}

/** Words between white space, each once, the first few. */
export function splitWords(search: string): readonly SearchWord[] {
  const found = new Map<string, SearchWord>();
  for (const part of cutText(search, searchLengthMax).split(/\s+/u)) {
    const word = cutText(part, wordLengthMax);
    const terms = splitTerms(word);
    const key = terms.join(" ");
    if (terms.length > 0 && !found.has(key)) found.set(key, { word, terms });
    if (found.size === wordCountMax) break;
  }
  return [...found.values()];
}

/** As the tokenizer `unicode61` of SQLite sees a text: without case and accents. */
export function splitTerms(text: string): readonly string[] {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}
