/**
 * Holds writing the archive: records gathered in memory, frames on disk at each flush.
 * In: a state directory, limits, records. Out: segments; sequences that only grow.
 * Must never reuse a sequence, lose what a flush reported, or hold more than a bound while it
 * cannot write. Nobody else may write the same directory: the lock of the state sees to that.
 */
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TimeUs } from "../../core/event/event.ts";
import type {
  ArchiveLimits,
  ArchiveRecord,
  ArchiveSegment,
  ArchiveSequence,
  ArchiveWriter,
} from "../../ports/archive.ts";
import { wellFormed } from "./match-record.ts";
import { frameSizeBytes, PlainFrame, sizeOf } from "./plain-frame.ts";
import {
  archiveFolder,
  framesPath,
  indexPath,
  type LoadedSegment,
  listSegments,
  loadSegment,
  summarize,
} from "./segment-files.ts";
import { SegmentWriter, segmentSizeFor } from "./segment-writer.ts";
import { tellWriteError } from "./tell-archive-error.ts";

export interface ArchiveWriterOptions {
  /** **Unit**: bytes that wait to be written. */
  readonly pendingSizeMax?: number;
}

/** **Unit**: buffers of one frame that are kept to be used again. */
const spareCountMax = 4;
/** Left out after damage, behind which nobody knows how many records there were. */
const sequenceLeap = 1_000_000;

/**
 * `directory` is the state directory; the archive is a folder in it, made when missing.
 * **Errors**: throws `file-not-written`, `disk-full`.
 */
export async function openArchiveWriter(
  directory: string,
  limits: ArchiveLimits,
  options: ArchiveWriterOptions = {},
): Promise<ArchiveWriter> {
  const folder = join(directory, archiveFolder);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const found = await loadAll(folder);
    const writer = new FileArchiveWriter(folder, limits, options, found.segments);
    await writer.resume(found.newest);
    return writer;
  } catch (error) {
    throw tellWriteError(folder, error);
  }
}

interface Found {
  readonly segments: ArchiveSegment[];
  readonly newest: LoadedSegment | undefined;
}

async function loadAll(folder: string): Promise<Found> {
  const names = await listSegments(folder);
  // An index whose frames were removed: the process ended between the two.
  for (const file of await readdir(folder)) {
    if (/^\d{16}\.idx$/.test(file) && !names.includes(file.slice(0, 16))) {
      await rm(join(folder, file), { force: true });
    }
  }
  const segments: ArchiveSegment[] = [];
  let newest: LoadedSegment | undefined;
  for (const name of names) {
    newest = await loadSegment(folder, name);
    if (newest !== undefined) segments.push(summarize(newest, name === names.at(-1)));
  }
  return { segments, newest };
}

class FileArchiveWriter implements ArchiveWriter {
  lostCount = 0;
  private readonly folder: string;
  private readonly limits: ArchiveLimits;
  private readonly pendingSizeMax: number;
  private readonly segmentSize: number;
  /** **Order**: oldest first; the last one is what `segment` writes, when that is open. */
  private readonly segments: ArchiveSegment[];
  private segment: SegmentWriter | undefined;
  /** Full frames that wait, then the one that grows. */
  private readonly sealed: PlainFrame[] = [];
  private frame: PlainFrame | undefined;
  private readonly spare: Buffer[] = [];
  private pendingSize = 0;
  private nextSequence: ArchiveSequence = 1;
  private flushedSequence: ArchiveSequence = 0;
  private lastUs: TimeUs = 0;
  private work: Promise<unknown> = Promise.resolve();

  constructor(
    folder: string,
    limits: ArchiveLimits,
    options: ArchiveWriterOptions,
    segments: ArchiveSegment[],
  ) {
    this.folder = folder;
    this.limits = limits;
    this.segments = segments;
    this.pendingSizeMax = options.pendingSizeMax ?? 64 * 1024 * 1024;
    this.segmentSize = segmentSizeFor(limits);
  }

  async resume(newest: LoadedSegment | undefined): Promise<void> {
    if (newest === undefined) return;
    const { name, entries, indexed, tail } = newest;
    const last = entries.at(-1);
    const known = indexed.entries.at(-1);
    const ends = [last, known].map((one) =>
      one === undefined ? 0 : one.firstSequence + one.recordCount,
    );
    this.lastUs = last?.lastUs ?? 0;
    this.nextSequence = Math.max(Number(name), ...ends);
    const isShort = indexed.entries.length > entries.length;
    if (tail === "damaged") this.nextSequence += sequenceLeap;
    this.flushedSequence = this.nextSequence - 1;
    // What damage is in it stays as it is; what was reported to be in it must not be given anew.
    if (tail !== "damaged" && !isShort)
      this.segment = await SegmentWriter.resume(this.folder, newest);
  }

  append(record: ArchiveRecord): ArchiveSequence {
    const kept = wellFormed(record);
    const size = sizeOf(kept);
    if (this.pendingSize > 0 && this.pendingSize + size > this.pendingSizeMax) {
      this.lostCount++;
      return this.nextSequence - 1;
    }
    if (this.frame?.hasRoom(kept) === false) {
      this.seal();
      // The next flush says what went wrong, and tries again.
      this.inTurn(() => this.writeSealed()).catch(() => undefined);
    }
    this.frame ??= new PlainFrame(
      this.spare.pop() ?? Buffer.allocUnsafeSlow(frameSizeBytes),
      this.nextSequence,
      this.lastUs,
    );
    this.pendingSize -= this.frame.sizeBytes;
    this.frame.add(kept);
    this.pendingSize += this.frame.sizeBytes;
    this.lastUs = this.frame.lastUs;
    return this.nextSequence++;
  }

  flush(): Promise<ArchiveSequence> {
    return this.inTurn(async () => {
      const wanted = this.nextSequence - 1;
      await this.writeSealed();
      // Only now: while writing fails, a frame grows on instead of leaving many small ones.
      if (this.flushedSequence < wanted) this.seal();
      await this.writeSealed();
      return this.flushedSequence;
    });
  }

  private async writeSealed(): Promise<void> {
    for (let frame = this.sealed[0]; frame !== undefined; frame = this.sealed[0]) {
      await this.write(frame);
      this.sealed.shift();
      this.pendingSize -= frame.sizeBytes;
      if (frame.memory.length === frameSizeBytes && this.spare.length < spareCountMax) {
        this.spare.push(frame.memory);
      }
    }
  }

  trim(nowUs: TimeUs): Promise<readonly ArchiveSegment[]> {
    return this.inTurn(async () => {
      const oldestUs = nowUs - this.limits.ageUsMax;
      const dropped: ArchiveSegment[] = [];
      for (let oldest = this.segments[0]; oldest !== undefined; oldest = this.segments[0]) {
        // One of which no time is known ended before the next one did.
        const endUs = this.segments.find(({ toUs }) => toUs > 0)?.toUs ?? 0;
        const isOld = endUs > 0 && endUs < oldestUs;
        const size = this.segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
        const isTooMuch = size > this.limits.sizeBytesMax && this.segments.length > 1;
        const isEmpty = oldest.sizeBytes === 0 && this.segments.length > 1;
        if (oldest.sizeBytes === 0 ? !isEmpty : !isOld && !isTooMuch) break;
        // The next sequence is known by the name of the newest segment: one always stays.
        if (this.segments.length === 1) await this.begin();
        await rm(framesPath(this.folder, oldest.name), { force: true });
        await rm(indexPath(this.folder, oldest.name), { force: true });
        this.segments.shift();
        if (oldest.sizeBytes > 0) dropped.push(oldest);
      }
      return dropped;
    });
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.inTurn(() => this.closeSegment());
    }
  }

  private seal(): void {
    if (this.frame !== undefined) this.sealed.push(this.frame);
    this.frame = undefined;
  }

  private async write(frame: PlainFrame): Promise<void> {
    if (this.segment?.isFull(this.segmentSize) !== false) await this.begin(frame.firstSequence);
    const entry = await this.segment?.add(frame);
    const summary = this.segments.at(-1);
    if (entry === undefined || summary === undefined) throw new Error("no segment is open");
    this.flushedSequence = entry.firstSequence + entry.recordCount - 1;
    const isFirst = summary.recordCount === 0;
    this.segments[this.segments.length - 1] = {
      ...summary,
      recordCount: summary.recordCount + entry.recordCount,
      sizeBytes: this.segment?.sizeBytes ?? 0,
      plainBytes: summary.plainBytes + entry.plainSize,
      fromUs: isFirst ? entry.fromUs : Math.min(summary.fromUs, entry.fromUs),
      toUs: Math.max(summary.toUs, entry.toUs),
    };
  }

  /** Closes the segment and opens the next one. */
  private async begin(first: ArchiveSequence = this.flushedSequence + 1): Promise<void> {
    await this.closeSegment();
    this.segment = await SegmentWriter.create(this.folder, first);
    const { name } = this.segment;
    if (this.segments.at(-1)?.name === name) this.segments.pop();
    this.segments.push({
      ...{ name, firstSequence: first, recordCount: 0, sizeBytes: 0, plainBytes: 0 },
      ...{ fromUs: 0, toUs: 0, damage: undefined },
    });
  }

  private async closeSegment(): Promise<void> {
    const { segment } = this;
    this.segment = undefined;
    await segment?.close();
  }

  /** One piece of work after the other. */
  private async inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const before = this.work;
    const mine = (async () => {
      await before;
      return act();
    })();
    this.work = mine.catch(() => {});
    try {
      return await mine;
    } catch (error) {
      throw tellWriteError(this.folder, error);
    }
  }
}
