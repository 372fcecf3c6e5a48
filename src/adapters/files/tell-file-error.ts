/**
 * Holds the words for what a file system answers.
 * In: whatever a call threw. Out: a short phrase for the middle of a sentence.
 * Must never show a stack or a bare errno where words exist.
 */

const words: Readonly<Record<string, string>> = {
  EACCES: "there is no right to do so",
  EPERM: "there is no right to do so",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left on the device",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be too large",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of its path is not a directory",
  ENOENT: "its directory does not exist",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EBUSY: "it is in use",
  EIO: "the device reported an error",
};

export function tellFileError(error: unknown): string {
  const code = fileErrorCode(error);
  if (words[code] !== undefined) return words[code];
  return error instanceof Error ? error.message : String(error);
}

/** The errno's name, such as `ENOENT`; "" when the error has none. */
export function fileErrorCode(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}
