/**
 * Holds the words for why a file cannot be followed now.
 * In: what the system threw. Out: a phrase for a status page; never a path, which is shown beside.
 */
const words: Readonly<Record<string, string>> = {
  EACCES: "there is no right to read the file or its directory",
  EPERM: "there is no right to read the file or its directory",
  ENOENT: "the file was renamed or removed just now",
  EISDIR: "it is a directory, not a file",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  EIO: "the device reported an error",
  ESTALE: "the file server lost the file",
};

export function tellTrouble(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return words[code] ?? `the system reported ${code === "" ? "an error" : code}`;
}
