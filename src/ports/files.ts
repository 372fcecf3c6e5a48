/**
 * Holds the port to stored bytes: what operations need of a file system and nothing more.
 * In: names as the user gave them. Out: streams of bytes, decompressed. Implemented in
 * `adapters/files/`; every implementation passes `files.contract.ts`.
 */
import type { WaggleError } from "./waggle-error.ts";

export interface FileEntry {
  /** Name to show and to open. */
  readonly name: string;
  /** **Unit**: bytes as stored; -1 when unknown (a pipe). */
  readonly sizeBytes: number;
}

export interface OpenFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** `plain`, `gzip`, `zstd` or `xz`, by content and not by name. */
  readonly compression: string;
  /**
   * Decompressed chunks: plain `Uint8Array`, without a byte order mark. **A chunk is valid only
   * until the next one is asked for**: its memory is used again; copy what is kept. Read them to
   * the end or stop in the midst: either way the file is closed then, and only then.
   * **Errors**: a broken stream ends with `truncated()` telling how.
   */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** **Unit**: stored bytes consumed so far, for progress. */
  consumedBytes(): number;
  /** Why the stream ended early; undefined when it was whole. Known after the last chunk. */
  truncated(): string | undefined;
}

export interface Files {
  /**
   * Files behind a name: itself, or those of a directory in the order they were written (rotated
   * exports by their time stamp, the live file last). `-` is standard input.
   * **Errors**: throws `WaggleError` `file-not-found`, `file-unreadable`.
   */
  list(name: string): Promise<readonly FileEntry[]>;
  /**
   * All files below a directory, by their paths; of a file itself. Names that begin with a dot, and
   * directories that are links, are left out; ten levels deep and 10,000 files at most.
   * **Errors**: as `list`, but a directory without files gives none.
   */
  listTree(name: string): Promise<readonly FileEntry[]>;
  open(name: string): Promise<OpenFile>;
  /** Writes all pieces or nothing: a temporary file beside it, then a rename. */
  writeWhole(name: string, pieces: Iterable<string>): Promise<void>;
  /**
   * Removes a file; one that is not there is no error.
   * **Errors**: throws `WaggleError` `file-not-written`; for a directory too.
   */
  remove(name: string): Promise<void>;
}
export type { WaggleError };
