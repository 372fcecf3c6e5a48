/**
 * Holds the two files of a segment and how they are read: frames, and their index beside.
 * In: a directory of segments. Out: names, entries of frames, what is wrong with them.
 * Must never write: a reader in another process does the same while the writer appends.
 */
import { type FileHandle, open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArchiveSegment, ArchiveSequence } from "../../ports/archive.ts";
import { describeFrame, type FrameEntry, type ReadIndex, readIndex } from "./frame-index.ts";
import { PlainFrame, readFrame } from "./plain-frame.ts";
import { openFrame, prefixSizeBytes, readPrefix } from "./stored-frame.ts";

/** Of the state directory. */
export const archiveFolder = "archive";
const nameLength = 16;
const framesEnding = ".zst";
const indexEnding = ".idx";

export function segmentName(first: ArchiveSequence): string {
  return String(first).padStart(nameLength, "0");
}

export function framesPath(folder: string, name: string): string {
  return join(folder, name + framesEnding);
}

export function indexPath(folder: string, name: string): string {
  return join(folder, name + indexEnding);
}

/** **Order**: by sequence. Empty without the directory. **Errors**: what the system says. */
export async function listSegments(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder).catch(orMissing<readonly string[]>([]));
  return files
    .filter((file) => /^\d{16}\.zst$/.test(file))
    .map((file) => file.slice(0, nameLength))
    .sort();
}

export function orMissing<Value>(value: Value): (error: Error) => Value {
  return (error) => {
    if ("code" in error && error.code === "ENOENT") return value;
    throw error;
  };
}

export interface LoadedSegment {
  readonly name: string;
  readonly entries: readonly FrameEntry[];
  /** What of `entries` is in the index file, and how many bytes of it are sound. */
  readonly indexed: ReadIndex;
  /** **Unit**: bytes in the files now. */
  readonly framesSize: number;
  readonly indexSize: number;
  /** **Unit**: bytes up to which `entries` reach. */
  readonly knownSize: number;
  /** Why entries end before the file does. */
  readonly tail: "none" | "incomplete" | "damaged";
}

/**
 * Reads the index, and walks the frames that it does not have yet.
 * **Cost**: the index; frames are read only where it ends early. Undefined when it was removed.
 */
export async function loadSegment(
  folder: string,
  name: string,
): Promise<LoadedSegment | undefined> {
  // First the index: a writer writes it last, so all that it names is there by then.
  const stored = await readFile(indexPath(folder, name)).catch(orMissing(Buffer.alloc(0)));
  const handle = await open(framesPath(folder, name), "r").catch(orMissing(undefined));
  if (handle === undefined) return undefined;
  try {
    const indexed = readIndex(stored);
    const framesSize = (await handle.stat()).size;
    const isThere = ({ at, storedSize }: FrameEntry) => at + storedSize <= framesSize;
    const entries = indexed.entries.filter(isThere);
    const tail = await walk(handle, { entries, framesSize, first: Number(name) });
    const last = entries.at(-1);
    const knownSize = last === undefined ? 0 : last.at + last.storedSize;
    return { name, entries, indexed, framesSize, indexSize: stored.length, knownSize, tail };
  } finally {
    await handle.close();
  }
}

interface Walk {
  /** Grows by what is found. */
  readonly entries: FrameEntry[];
  readonly framesSize: number;
  readonly first: ArchiveSequence;
}

async function walk(
  handle: FileHandle,
  { entries, framesSize, first }: Walk,
): Promise<LoadedSegment["tail"]> {
  for (;;) {
    const last = entries.at(-1);
    const at = last === undefined ? 0 : last.at + last.storedSize;
    if (at >= framesSize) return "none";
    if (at + prefixSizeBytes > framesSize) return "incomplete";
    const prefix = readPrefix(await readBytes(handle, at, prefixSizeBytes));
    const next = last === undefined ? first : last.firstSequence + last.recordCount;
    if (prefix === undefined || prefix.firstSequence !== next) return "damaged";
    if (at + prefix.storedSize > framesSize) return "incomplete";
    const plain = openFrame(await readBytes(handle, at, prefix.storedSize));
    const records = plain === undefined ? undefined : readFrame(plain, prefix);
    if (plain === undefined || records === undefined) return "damaged";
    const frame = new PlainFrame(plain, next, prefix.beforeUs);
    for (const record of records) frame.note(record);
    const entry = describeFrame(frame, at, prefix.storedSize);
    entries.push({ ...entry, plainSize: plain.length });
  }
}

/** Fewer where the file ends. */
export async function readBytes(handle: FileHandle, at: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await handle.read(buffer, length, size - length, at + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

/** `damage` in words; of the newest segment an unfinished end is none: it is being written. */
export function summarize(loaded: LoadedSegment, isNewest: boolean): ArchiveSegment {
  const { name, entries } = loaded;
  const last = entries.at(-1);
  const froms = entries.map(({ fromUs }) => fromUs);
  return {
    name,
    firstSequence: Number(name),
    recordCount: last === undefined ? 0 : last.firstSequence + last.recordCount - Number(name),
    sizeBytes: loaded.framesSize + loaded.indexSize,
    plainBytes: entries.reduce((sum, { plainSize }) => sum + plainSize, 0),
    fromUs: froms.reduce((least, us) => Math.min(least, us), froms[0] ?? 0),
    toUs: entries.reduce((most, { toUs }) => Math.max(most, toUs), 0),
    damage: tellDamage(loaded, isNewest),
  };
}

function tellDamage(loaded: LoadedSegment, isNewest: boolean): string | undefined {
  const { entries, indexed, framesSize, knownSize, tail } = loaded;
  const missingCount = indexed.entries
    .slice(entries.length)
    .reduce((sum, { recordCount }) => sum + recordCount, 0);
  if (missingCount > 0) return `its end is missing, with ${missingCount} records`;
  if (tail === "none" || (tail === "incomplete" && isNewest)) return undefined;
  return `its last ${framesSize - knownSize} bytes cannot be read`;
}
