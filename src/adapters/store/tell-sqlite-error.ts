/**
 * Holds what SQLite's answers mean to a person.
 * In: whatever a call threw, and the file it was about. Out: a `WaggleError`, or what was thrown
 * when it is a defect of ours. **Source**: result codes, sqlite.org/rescode.html.
 */
import { type ErrorCode, WaggleError } from "../../ports/waggle-error.ts";

export interface Place {
  /** The database file. */
  readonly file: string;
  readonly mode: "write" | "read";
}

/** Runs `work`; what SQLite refuses there is thrown in words. */
export function tellingErrors<Result>(place: Place, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw tellSqliteError(place, error);
  }
}

/** What the low byte of a code says; the rest of it says how. */
const primary = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  notDatabase: 26,
} as const;

const ioErrors = {
  read: 266,
  shortRead: 522,
  /** The shared memory beside the write-ahead log could not grow. */
  sharedMemorySize: 4874,
  fileSystemCorrupt: 8458,
} as const;

function tellSqliteError(place: Place, error: unknown): unknown {
  const code = sqliteCode(error);
  const shown = JSON.stringify(place.file);
  const because = (name: ErrorCode, message: string, retryable = false): WaggleError =>
    new WaggleError(name, message, { cause: error, retryable });
  switch (code & 0xff) {
    case primary.busy:
    case primary.locked:
      return because("state-locked", `Another program holds ${shown}.`, true);
    case primary.corrupt:
    case primary.notDatabase:
      return damaged(place.file, "it is no whole SQLite database", error);
    case primary.full:
      return because("disk-full", `No space is left to write to ${shown}.`, true);
    case primary.readOnly:
      return because("file-not-written", `${shown} could not be written: it is read-only.`);
    case primary.cantOpen:
      return place.mode === "read"
        ? because("file-unreadable", `${shown} could not be opened; check its rights.`)
        : because("file-not-written", `${shown} could not be opened to be written.`);
    case primary.ioError:
      break;
    default:
      return error;
  }
  if (code === ioErrors.fileSystemCorrupt) {
    return damaged(place.file, "its file system is damaged", error);
  }
  if (code === ioErrors.sharedMemorySize) {
    return because("disk-full", `No space is left to write beside ${shown}.`, true);
  }
  return code === ioErrors.read || code === ioErrors.shortRead
    ? because("file-unreadable", `${shown} could not be read: the device reported an error.`)
    : because("file-not-written", `${shown} could not be written: the device reported an error.`);
}

/** 0 for what SQLite did not say. */
export function sqliteCode(error: unknown): number {
  if (!(error instanceof Error) || !("errcode" in error)) return 0;
  return typeof error.errcode === "number" ? error.errcode : 0;
}

/** Its log must go with it: beside another database it would be taken for that one's. */
export function damaged(file: string, why: string, cause?: unknown): WaggleError {
  const message =
    `${JSON.stringify(file)} is damaged: ${why}. Move it away together with the files of the ` +
    "same name that end in -wal and -shm.";
  return new WaggleError("state-damaged", message, { cause });
}
