/**
 * Holds how a daemon takes in what people decided while it held the state directory.
 * In: the directory, the notes. Out: what was taken in, and which files were none of it.
 * Must never take a letter twice to a different end, nor keep one: it is removed once it is in.
 */
import { ProblemLog } from "../../core/event/problem.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { FileEntry, Files } from "../../ports/files.ts";
import type { Note, NoteStore } from "../../ports/store.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { readText } from "../read-text.ts";
import { applyLetter, isLetterName, type Letter, readLetter } from "./inbox-letter.ts";

export interface TakenInbox {
  readonly notes: readonly Note[];
  /** In sentences, for a log. */
  readonly refused: readonly string[];
}

/** At a time; the rest is taken the next time. */
const letterCountMax = 100;
/** **Unit**: bytes. */
const letterSizeBytesMax = 64 * 1024;

/** A letter that cannot be read by now stays; one that is none is removed, and told. */
export async function takeInbox(
  directory: string,
  files: Files,
  notes: NoteStore,
): Promise<TakenInbox> {
  const taken: Note[] = [];
  const refused: string[] = [];
  const letters = (await listDirectory(directory, files)).filter(({ name }) => isLetterName(name));
  for (const { name } of letters.slice(0, letterCountMax)) {
    const letter = await openLetter(name, files);
    if (typeof letter === "string") refused.push(letter);
    else {
      await applyLetter(letter, notes);
      taken.push(letter.note);
    }
    await files.remove(name);
  }
  return { notes: taken, refused };
}

async function listDirectory(directory: string, files: Files): Promise<readonly FileEntry[]> {
  try {
    return await files.list(directory);
  } catch (error) {
    if (error instanceof WaggleError && error.code === "file-not-found") return [];
    throw error;
  }
}

async function openLetter(name: string, files: Files): Promise<Letter | string> {
  const shown = makeVisible(name, 200);
  const limits = { sizeBytesMax: letterSizeBytesMax, problems: new ProblemLog() };
  try {
    const { text } = await readText(files, name, limits);
    return readLetter(text) ?? `${shown} holds no decision of a person; it is removed.`;
  } catch (error) {
    if (!(error instanceof WaggleError) || error.code !== "input-too-large") throw error;
    return `${shown} is too large for a decision of a person; it is removed.`;
  }
}
