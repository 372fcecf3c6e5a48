/**
 * Holds the archive in memory: the reference that the one on disk is compared with, and what tests
 * of others use.
 * In: records, queries. Out: the same answers as from files; nothing is compressed or indexed.
 */
import type { TimeUs } from "../../core/event/event.ts";
import type {
  ArchiveLimits,
  ArchiveQuery,
  ArchiveReader,
  ArchiveRecord,
  ArchiveSegment,
  ArchiveWriter,
} from "../../ports/archive.ts";
import { exportRecords } from "./export-records.ts";
import { isMoment, matchesRecord, wellFormed } from "./match-record.ts";
import { type PlacedRecord, sizeOf } from "./plain-frame.ts";
import { segmentSizeFor } from "./segment-writer.ts";

interface MemorySegment {
  readonly name: string;
  readonly records: PlacedRecord[];
  sizeBytes: number;
  /** Records that can still be read; undefined when nothing is wrong with it. */
  readableCount?: number;
}

export class MemoryArchive {
  private readonly stored: MemorySegment[] = [];
  private nextSequence = 1;
  private lastUs: TimeUs = 0;

  openWriter(limits: ArchiveLimits): ArchiveWriter {
    const pending: PlacedRecord[] = [];
    const flush = async () => {
      for (const record of pending.splice(0)) this.store(record, segmentSizeFor(limits));
      return this.nextSequence - 1;
    };
    return {
      lostCount: 0,
      append: (record) => {
        pending.push(this.place(record));
        return this.nextSequence - 1;
      },
      flush,
      trim: async (nowUs) => this.trim(nowUs, limits),
      close: async () => {
        await flush();
      },
    };
  }

  openReader(): ArchiveReader {
    const read = (query: ArchiveQuery) => this.read(query);
    return {
      segments: async () => this.stored.map(describe),
      read,
      exportTo: (query, file) => exportRecords(read(query), file),
    };
  }

  /** As a broken disk would: only some records of the segment can still be read. */
  harm(name: string): void {
    const segment = this.stored.find((one) => one.name === name);
    if (segment !== undefined) segment.readableCount = Math.floor(segment.records.length / 2);
  }

  private place(record: ArchiveRecord): PlacedRecord {
    if (isMoment(record.timeUs)) this.lastUs = record.timeUs;
    const bytes = Uint8Array.from(record.bytes);
    const placed = { sequence: this.nextSequence++, countsAsUs: this.lastUs };
    return { ...wellFormed(record), bytes, ...placed };
  }

  private store(record: PlacedRecord, sizeBytesMax: number): void {
    let segment = this.stored.at(-1);
    if (segment === undefined || segment.sizeBytes >= sizeBytesMax) {
      segment = { name: String(record.sequence).padStart(16, "0"), records: [], sizeBytes: 0 };
      this.stored.push(segment);
    }
    segment.records.push(record);
    segment.sizeBytes += sizeOf(record);
  }

  private trim(nowUs: TimeUs, limits: ArchiveLimits): readonly ArchiveSegment[] {
    const dropped: ArchiveSegment[] = [];
    for (let oldest = this.stored[0]; oldest !== undefined; oldest = this.stored[0]) {
      const segment = describe(oldest);
      const size = this.stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const isOld = segment.toUs > 0 && segment.toUs < nowUs - limits.ageUsMax;
      if (!isOld && (size <= limits.sizeBytesMax || this.stored.length === 1)) break;
      this.stored.shift();
      dropped.push(segment);
    }
    return dropped;
  }

  private async *read(query: ArchiveQuery): AsyncGenerator<PlacedRecord> {
    for (const { records, readableCount } of [...this.stored]) {
      for (const record of records.slice(0, readableCount)) {
        if (matchesRecord(record, record, query)) yield record;
      }
    }
  }
}

function describe({ name, records, sizeBytes, readableCount }: MemorySegment): ArchiveSegment {
  const times = records.map(({ countsAsUs }) => countsAsUs);
  const isWhole = readableCount === undefined;
  return {
    ...{ name, sizeBytes, plainBytes: sizeBytes, recordCount: records.length },
    firstSequence: Number(name),
    fromUs: times.reduce((least, us) => Math.min(least, us), times[0] ?? 0),
    toUs: times.reduce((most, us) => Math.max(most, us), 0),
    damage: isWhole ? undefined : `it cannot be read after ${readableCount} of its records`,
  };
}
