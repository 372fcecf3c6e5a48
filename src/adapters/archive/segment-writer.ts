/**
 * Holds the segment that is written now: frames, then their lines of the index.
 * In: frames, one after the other. Out: both files, such that what was reported as written is found
 * again however the process ends.
 * Must never leave a half-written frame behind a failed write: the next one goes to its place.
 */
import { type FileHandle, open } from "node:fs/promises";
import type { TimeUs } from "../../core/event/event.ts";
import type { ArchiveLimits, ArchiveSequence } from "../../ports/archive.ts";
import { describeFrame, type FrameEntry, writeEntry } from "./frame-index.ts";
import type { PlainFrame } from "./plain-frame.ts";
import { framesPath, indexPath, type LoadedSegment, segmentName } from "./segment-files.ts";
import { storeFrame } from "./stored-frame.ts";

const sizeBytesMax = 64 * 1024 * 1024;
const sizeBytesMin = 256 * 1024;

/** **Unit**: bytes of one segment: whole ones are dropped, so a small archive has small ones. */
export function segmentSizeFor(limits: ArchiveLimits): number {
  return Math.max(sizeBytesMin, Math.min(sizeBytesMax, Math.floor(limits.sizeBytesMax / 8)));
}

/** **Unit**: event time that one segment spans. */
const spanUsMax = 3_600_000_000;
/** **Unit**: bytes; smaller segments are not closed for their age, or strange times made many. */
const spanSizeMin = 64 * 1024;

export class SegmentWriter {
  readonly name: string;
  private readonly frames: FileHandle;
  private readonly index: FileHandle;
  private framesSize: number;
  private indexSize: number;
  /** Time of its first frame; 0 while it has none. */
  private openedUs: TimeUs = 0;
  private lastWrittenUs: TimeUs = 0;

  private constructor(name: string, frames: FileHandle, index: FileHandle, loaded?: LoadedSegment) {
    this.name = name;
    this.frames = frames;
    this.index = index;
    this.framesSize = loaded?.knownSize ?? 0;
    this.indexSize = loaded?.indexed.sizeBytes ?? 0;
    this.openedUs = loaded?.entries[0]?.lastUs ?? 0;
    this.lastWrittenUs = loaded?.entries.at(-1)?.lastUs ?? 0;
  }

  /** **Errors**: throws what the system says. */
  static async create(folder: string, first: ArchiveSequence): Promise<SegmentWriter> {
    const name = segmentName(first);
    // A file of that name is what an earlier try left: nothing was ever reported to be in it.
    const frames = await open(framesPath(folder, name), "w", 0o600);
    const index = await openBeside(indexPath(folder, name), "w", frames);
    return new SegmentWriter(name, frames, index);
  }

  /** Goes on with a segment: cuts what no entry speaks of, completes the index. */
  static async resume(folder: string, loaded: LoadedSegment): Promise<SegmentWriter> {
    const { name, entries, indexed } = loaded;
    const frames = await open(framesPath(folder, name), "r+");
    const index = await openBeside(indexPath(folder, name), "a+", frames);
    await index.close();
    const again = await openBeside(indexPath(folder, name), "r+", frames);
    const writer = new SegmentWriter(name, frames, again, loaded);
    await writer.cut();
    for (const entry of entries.slice(indexed.entries.length)) await writer.addToIndex(entry);
    return writer;
  }

  get sizeBytes(): number {
    return this.framesSize + this.indexSize;
  }

  isFull(sizeBytesMax: number): boolean {
    const span = Math.abs(this.lastWrittenUs - this.openedUs);
    return this.sizeBytes >= sizeBytesMax || (span >= spanUsMax && this.sizeBytes >= spanSizeMin);
  }

  /** **Errors**: throws what the system says; then nothing was added. */
  async add(frame: PlainFrame): Promise<FrameEntry> {
    const stored = storeFrame(frame);
    const entry = describeFrame(frame, this.framesSize, stored.length);
    try {
      await writeAt(this.frames, stored, this.framesSize);
      await this.addToIndex(entry);
    } catch (error) {
      await this.cut();
      throw error;
    }
    this.framesSize += stored.length;
    if (this.openedUs === 0) this.openedUs = frame.lastUs;
    this.lastWrittenUs = frame.lastUs;
    return entry;
  }

  async close(): Promise<void> {
    try {
      await this.frames.sync();
      await this.index.sync();
    } finally {
      await this.frames.close();
      await this.index.close();
    }
  }

  private async addToIndex(entry: FrameEntry): Promise<void> {
    const line = Buffer.from(writeEntry(entry));
    await writeAt(this.index, line, this.indexSize);
    this.indexSize += line.length;
  }

  private async cut(): Promise<void> {
    await this.frames.truncate(this.framesSize);
    await this.index.truncate(this.indexSize);
  }
}

async function openBeside(path: string, flags: string, first: FileHandle): Promise<FileHandle> {
  try {
    return await open(path, flags, 0o600);
  } catch (error) {
    await first.close();
    throw error;
  }
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  let length = 0;
  while (length < bytes.length) {
    const part = bytes.subarray(length);
    length += (await handle.write(part, 0, part.length, at + length)).bytesWritten;
  }
}
