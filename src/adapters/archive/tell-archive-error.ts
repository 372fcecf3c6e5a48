/**
 * Holds what becomes of errors of the file system around the archive.
 * In: a path, what was thrown. Out: a `WaggleError` in words, whose code says what to do.
 */
import { WaggleError } from "../../ports/waggle-error.ts";

const words: Readonly<Record<string, string>> = {
  EACCES: "there is no right to do so",
  EPERM: "there is no right to do so",
  EROFS: "the file system is read-only",
  ENOENT: "its directory does not exist",
  ENOTDIR: "a part of its path is not a directory",
  EISDIR: "it is a directory",
  EIO: "the device reported an error",
};

const fullWords: Readonly<Record<string, string>> = {
  ENOSPC: "no space is left on the device",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than its process may make one",
};

export function tellWriteError(path: string, error: unknown): WaggleError {
  if (error instanceof WaggleError) return error;
  const code = codeOf(error);
  const full = fullWords[code];
  const why = full ?? words[code] ?? wordsOf(error);
  const message = `${JSON.stringify(path)} could not be written: ${why}.`;
  const isFull = full !== undefined;
  return new WaggleError(isFull ? "disk-full" : "file-not-written", message, {
    cause: error,
    retryable: isFull,
  });
}

export function tellReadError(path: string, error: unknown): WaggleError {
  const why = words[codeOf(error)] ?? wordsOf(error);
  const message = `${JSON.stringify(path)} could not be read: ${why}.`;
  return new WaggleError("file-unreadable", message, { cause: error });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** An error that we have no words for keeps its own. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return "something that is no error was thrown";
  return error.message;
}
