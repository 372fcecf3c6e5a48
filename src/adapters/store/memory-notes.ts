/**
 * Holds notes in memory, and a plain full-text search over them.
 * In: notes. Out: those of equal keys, then those with the rarest words.
 */
import type { FoundNote, Note, NoteStore } from "../../ports/store.ts";
import { keysOf, NoteRanking } from "./rank-notes.ts";
import { splitTerms, splitWords } from "./split-words.ts";

export class MemoryNotes implements NoteStore {
  private readonly noteById = new Map<string, Note>();

  async add(note: Note): Promise<void> {
    if (!this.noteById.has(note.id)) this.noteById.set(note.id, structuredClone(note));
  }

  async revoke(id: string, timeUs: number): Promise<boolean> {
    const note = this.noteById.get(id);
    if (note === undefined || note.revokedUs !== 0) return false;
    this.noteById.set(id, { ...note, revokedUs: timeUs });
    return true;
  }

  async all(): Promise<readonly Note[]> {
    return [...this.noteById.values()];
  }

  async drop(ids: readonly string[]): Promise<number> {
    return ids.filter((id) => this.noteById.delete(id)).length;
  }

  async find(
    keys: readonly string[],
    words: string,
    countMax: number,
  ): Promise<readonly FoundNote[]> {
    const notes = [...this.noteById.values()].filter(({ revokedUs }) => revokedUs === 0);
    const ranking = new NoteRanking();
    for (const key of new Set(keys)) {
      for (const note of notes) if (keysOf(note).includes(key)) ranking.meetKey(note, key);
    }
    const texts = notes.map((note) => ({ note, terms: termsOf(note) }));
    for (const { word, terms } of splitWords(words)) {
      const met = texts.filter((one) => one.terms.includes(` ${terms.join(" ")} `));
      // A rare word says more; in a short text it says more than in a long one.
      const rarity = Math.log(1 + notes.length / met.length);
      for (const one of met) {
        ranking.meetWord(one.note, word, rarity / (1 + one.terms.length / 1000));
      }
    }
    return ranking.first(countMax);
  }
}

function termsOf({ text, about }: Note): string {
  return ` ${splitTerms([text, ...about].join(" ")).join(" ")} `;
}
