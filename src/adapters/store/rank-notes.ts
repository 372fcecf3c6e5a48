/**
 * Holds the order in which notes are found, and the keys by which they are.
 * In: notes with the keys or words that met them. Out: those of equal keys first, then by weight.
 */
import { compareText } from "../../core/event/compare-text.ts";
import type { FoundNote, Note } from "../../ports/store.ts";

/** What a note is found by when it is asked for exactly; "" stands for any and is no key. */
export function keysOf({ about, decision }: Note): readonly string[] {
  const keys = [...about, decision?.vulnerability ?? "", decision?.package ?? ""];
  return [...new Set(keys)].filter((key) => key !== "");
}

export class NoteRanking {
  private readonly exact = new Map<string, { note: Note; keys: string[] }>();
  private readonly worded = new Map<string, { note: Note; words: string[]; weight: number }>();

  meetKey(note: Note, key: string): void {
    const known = this.exact.get(note.id);
    if (known === undefined) this.exact.set(note.id, { note, keys: [key] });
    else known.keys.push(key);
  }

  /** **Shape**: a greater weight is a better match. */
  meetWord(note: Note, word: string, weight: number): void {
    const known = this.worded.get(note.id);
    if (known === undefined) {
      this.worded.set(note.id, { note, words: [word], weight });
    } else {
      known.words.push(word);
      known.weight += weight;
    }
  }

  first(countMax: number): readonly FoundNote[] {
    const exact = [...this.exact.values()]
      .sort((a, b) => b.keys.length - a.keys.length || laterFirst(a.note, b.note))
      .map(({ note, keys }) => ({ note, matched: keys }));
    const worded = [...this.worded.values()]
      .filter(({ note }) => !this.exact.has(note.id))
      .sort((a, b) => b.weight - a.weight || laterFirst(a.note, b.note))
      .map(({ note, words }) => ({ note, matched: words }));
    return [...exact, ...worded].slice(0, Math.max(0, countMax));
  }
}

function laterFirst(a: Note, b: Note): number {
  return b.timeUs - a.timeUs || compareText(a.id, b.id);
}
