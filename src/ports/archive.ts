/**
 * Holds the port to the archive: raw events of the last hours, for forensics, for hunts in the
 * past, and for going on after a crash where a source gives nothing twice.
 * In: records as they came, with what the index needs. Out: the same records. Implemented in
 * `adapters/archive/`; every implementation passes `archive.contract.ts`.
 */
import type { TimeUs } from "../core/event/event.ts";

/** Sequence number of a record in the whole archive: 1 is the first ever; only grows. */
export type ArchiveSequence = number;

export interface ArchiveRecord {
  /** Name of the source that it came from. */
  readonly source: string;
  readonly format: "jsonl" | "protobuf";
  /** One line without its end, or one message. Valid only during the call that gives it. */
  readonly bytes: Uint8Array;
  /** 0 when the event carries none. */
  readonly timeUs: TimeUs;
  /** Key of its container (`host:NODE` outside of one); "" without a process. */
  readonly container: string;
  /** "" without a process. */
  readonly execId: string;
  /** As the reader of the source numbers it: what citations carry. */
  readonly input: number;
  readonly offset: number;
}

export interface ArchiveQuery {
  /** Records with a greater sequence. */
  readonly after?: ArchiveSequence;
  readonly fromUs?: TimeUs;
  /** Records before it. One without a time counts as of the time last seen before it. */
  readonly untilUs?: TimeUs;
  /** A key, the start of an id (hex digits), or `host` for all hosts. */
  readonly container?: string;
  readonly execId?: string;
  readonly source?: string;
}

export interface ArchiveSegment {
  readonly name: string;
  readonly firstSequence: ArchiveSequence;
  readonly recordCount: number;
  /** **Unit**: bytes as stored, with the index. */
  readonly sizeBytes: number;
  readonly plainBytes: number;
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
  /** In words, what of it cannot be read; undefined when it is whole. */
  readonly damage: string | undefined;
}

export interface ArchiveLimits {
  /** **Unit**: microseconds of event time. */
  readonly ageUsMax: number;
  readonly sizeBytesMax: number;
}

/** The one writer. A second one on the same directory is refused by whoever opens it. */
export interface ArchiveWriter {
  /**
   * Takes a copy. **Cost**: no I/O. Gives the sequence of the record; of one that is dropped (see
   * `flush`) that of the last one that was kept.
   */
  append(record: ArchiveRecord): ArchiveSequence;
  /**
   * Makes all that was appended readable after a crash of this process; gives the last sequence.
   * **Errors**: throws `disk-full`, `file-not-written`; what was appended is kept for the next try
   * up to a bound, then dropped and counted in `lostCount`.
   */
  flush(): Promise<ArchiveSequence>;
  /** Drops whole segments beyond the limits, oldest first; gives those it dropped. */
  trim(nowUs: TimeUs): Promise<readonly ArchiveSegment[]>;
  readonly lostCount: number;
  close(): Promise<void>;
}

/** A file that was written: JSON lines, or messages each behind its length (big-endian, 32 bit). */
export interface ExportedFile {
  readonly name: string;
  readonly format: ArchiveRecord["format"];
  readonly recordCount: number;
  readonly sizeBytes: number;
}

export interface ArchiveReader {
  segments(): Promise<readonly ArchiveSegment[]>;
  /**
   * **Order**: by sequence. Segments and frames that the index rules out are not read. Damage ends
   * a segment, not the reading.
   */
  read(query: ArchiveQuery): AsyncIterable<ArchiveRecord & { readonly sequence: ArchiveSequence }>;
  /**
   * Writes what `read` gives, whole or not at all. Where both formats are met, the one that comes
   * second goes to a file beside: `.jsonl` or `.pb` is added to its name. None without records.
   * **Errors**: throws `disk-full`, `file-not-written`.
   */
  exportTo(query: ArchiveQuery, file: string): Promise<readonly ExportedFile[]>;
}
