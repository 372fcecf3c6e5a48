/**
 * Holds finding files of one rotation: where a remembered one is now, and which comes after it.
 * In: the path of the live file, and what is known of the remembered one. Out: candidates, and an
 * open file. Must never trust a listing that changed while it was made.
 */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type FileHead, type FileIdentity, isTelling, startsWith } from "./file-identity.ts";
import { gzipEnding, orderSiblings } from "./order-siblings.ts";
import { type FileState, openStored, type StoredFile, stateOf } from "./stored-file.ts";

export interface Candidate {
  readonly path: string;
  readonly state: FileState;
}

/** A remembered place in a file. */
export interface Place {
  readonly identity: FileIdentity;
  readonly offset: number;
}

/** **Order**: oldest content first. Undefined while the files are being renamed. */
export async function listSiblings(live: string): Promise<readonly Candidate[] | undefined> {
  const first = await listOnce(live);
  const again = await listOnce(live);
  const isSame =
    first.length === again.length &&
    first.every(({ path, state }, index) => {
      const other = again[index];
      return path === other?.path && isSameFile(state, other.state);
    });
  return isSame ? again : undefined;
}

async function listOnce(live: string): Promise<readonly Candidate[]> {
  const folder = dirname(live);
  const names = await readdir(folder).catch(unlessMissing<string[]>([]));
  const found: Candidate[] = [];
  for (const name of orderSiblings(basename(live), names)) {
    const state = await stateAt(join(folder, name));
    if (state !== undefined) found.push({ path: join(folder, name), state });
  }
  return found;
}

/** Undefined when there is no file. **Errors**: throws what the system says else. */
export async function stateAt(path: string): Promise<FileState | undefined> {
  const found = await stat(path, { bigint: true }).catch(unlessMissing(undefined));
  return found?.isFile() === true ? stateOf(found) : undefined;
}

function unlessMissing<Value>(value: Value): (error: Error) => Value {
  return (error) => {
    if ("code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return value;
    throw error;
  };
}

export function isSameFile(
  one: Pick<FileState, "device" | "inode">,
  other: Pick<FileState, "device" | "inode">,
): boolean {
  return one.inode === other.inode && one.device === other.device;
}

/**
 * Opens the file of a place, wherever it is now: under another name, compressed, or copied.
 * Undefined when none holds it.
 * **Errors**: throws what the system says when the very file cannot be opened.
 */
export async function reopen(
  candidates: readonly Candidate[],
  place: Place,
): Promise<StoredFile | undefined> {
  const { identity } = place;
  const same = candidates.find(({ path, state }) => {
    return isSameFile(state, identity) && !path.endsWith(gzipEnding);
  });
  const file = same === undefined ? undefined : await openStored(same.path);
  if (file !== undefined && (await holds(file, place))) return file;
  await file?.close();
  if (!isTelling(identity.head)) return undefined;
  for (const other of candidates) {
    if (other === same) continue;
    const copy = await openOther(other.path);
    if (copy !== undefined && (await holds(copy, place))) return copy;
    await copy?.close();
  }
  return undefined;
}

async function holds(file: StoredFile, { identity, offset }: Place): Promise<boolean> {
  const { size } = await file.state();
  return (file.isGzip || size >= offset) && (await beginsWith(file, identity.head));
}

/** A gzip that cannot be decompressed begins with nothing that we know. */
async function beginsWith(file: StoredFile, head: FileHead): Promise<boolean> {
  return startsWith(await file.head().catch(() => new Uint8Array(0)), head);
}

/** What cannot be opened is not what is looked for, as far as can be told. */
function openOther(path: string): Promise<StoredFile | undefined> {
  return openStored(path).catch(() => undefined);
}

export interface Successor {
  readonly candidate: Candidate;
  /** False when the file before it was not found: others may have been between. */
  readonly isNext: boolean;
}

/**
 * What was written after a file. **Shape**: never an empty one, for nothing is in it yet, and until
 * something is, the writer may still write to the file before it.
 */
export async function findSuccessor(
  candidates: readonly Candidate[],
  state: FileState,
  head: FileHead | undefined,
): Promise<Successor | undefined> {
  let index = candidates.findIndex((one) => isSameFile(one.state, state));
  if (index < 0 && head !== undefined && isTelling(head)) {
    index = await indexOfContent(candidates, head);
  }
  const candidate =
    index < 0
      ? oldestSince(candidates, state.writtenMs)
      : candidates.slice(index + 1).find((one) => one.state.size > 0);
  return candidate === undefined ? undefined : { candidate, isNext: index >= 0 };
}

/** Files that were last written before that moment were read before. */
export function oldestSince(
  candidates: readonly Candidate[],
  writtenMs: number,
): Candidate | undefined {
  return candidates.find(({ state }) => state.size > 0 && state.writtenMs >= writtenMs);
}

async function indexOfContent(candidates: readonly Candidate[], head: FileHead): Promise<number> {
  for (const [index, { path }] of candidates.entries()) {
    const file = await openOther(path);
    const isIt = file !== undefined && (await beginsWith(file, head));
    await file?.close();
    if (isIt) return index;
  }
  return -1;
}
