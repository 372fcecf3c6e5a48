/**
 * Holds notes in SQLite, with an index of keys and one of words.
 * In: notes. Out: those of equal keys, then those with the words, by bm25. The index of words gets
 * letters and digits alone (`split-words.ts`), and so do searches: nothing is an operator.
 */
import type { FoundNote, Note, NoteStore } from "../../ports/store.ts";
import { keysOf, NoteRanking } from "./rank-notes.ts";
import { type Session, toColumn } from "./session.ts";
import { splitTerms, splitWords } from "./split-words.ts";

const addNote = `
INSERT INTO note (id, revoked_us, body) VALUES (?, ?, ?)
ON CONFLICT (id) DO NOTHING RETURNING number`;
const addKey = "INSERT INTO note_key (key, note) VALUES (?, ?)";
const addWords = "INSERT INTO note_word (rowid, terms) VALUES (?, ?)";
const revokeNote = "UPDATE note SET revoked_us = ? WHERE id = ? AND revoked_us = 0";
const allNotes = "SELECT revoked_us AS revokedUs, body FROM note ORDER BY number";
const findKey = `
SELECT revoked_us AS revokedUs, body FROM note_key JOIN note ON note.number = note_key.note
WHERE key = ? AND revoked_us = 0`;
const findWord = `
SELECT revoked_us AS revokedUs, body, -bm25(note_word) AS weight
FROM note_word JOIN note ON note.number = note_word.rowid
WHERE note_word MATCH ? AND revoked_us = 0`;
const dropNote = "DELETE FROM note WHERE id = ? RETURNING number";
const dropKeys = "DELETE FROM note_key WHERE note = ?";
const dropWords = "DELETE FROM note_word WHERE rowid = ?";

export class SqliteNotes implements NoteStore {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  async add(note: Note): Promise<void> {
    const { session } = this;
    session.write(() => {
      const body = JSON.stringify(note);
      const row = session.prepare(addNote).get(toColumn(note.id), note.revokedUs, body);
      if (row === undefined) return;
      const number = Number(row["number"]);
      for (const key of keysOf(note)) session.prepare(addKey).run(toColumn(key), number);
      const terms = splitTerms([note.text, ...note.about].join(" "));
      session.prepare(addWords).run(number, terms.join(" "));
    });
  }

  async revoke(id: string, timeUs: number): Promise<boolean> {
    const { session } = this;
    const run = session.write(() => session.prepare(revokeNote).run(timeUs, toColumn(id)));
    return Number(run.changes) > 0;
  }

  async all(): Promise<readonly Note[]> {
    return this.ask(allNotes).map(({ note }) => note);
  }

  async drop(ids: readonly string[]): Promise<number> {
    const { session } = this;
    return session.write(() => {
      const rows = ids.flatMap((id) => session.prepare(dropNote).all(toColumn(id)));
      for (const row of rows) {
        session.prepare(dropKeys).run(Number(row["number"]));
        session.prepare(dropWords).run(Number(row["number"]));
      }
      return rows.length;
    });
  }

  async find(
    keys: readonly string[],
    words: string,
    countMax: number,
  ): Promise<readonly FoundNote[]> {
    const ranking = new NoteRanking();
    for (const key of new Set(keys)) {
      for (const { note } of this.ask(findKey, toColumn(key))) ranking.meetKey(note, key);
    }
    for (const { word, terms } of splitWords(words)) {
      for (const { note, weight } of this.ask(findWord, `"${terms.join(" ")}"`)) {
        ranking.meetWord(note, word, weight);
      }
    }
    return ranking.first(countMax);
  }

  private ask(
    sql: string,
    ...values: readonly string[]
  ): readonly { note: Note; weight: number }[] {
    const { session } = this;
    const rows = session.read(() => session.prepare(sql).all(...values));
    return rows.map(({ body, revokedUs, weight }) => ({
      note: { ...session.decode<Note>(body), revokedUs: Number(revokedUs) },
      weight: Number(weight ?? 0),
    }));
  }
}
