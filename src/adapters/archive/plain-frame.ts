/**
 * Holds one frame of records before it is compressed, and the reading of one.
 * In: records. Out: bytes, what the index says of them; records again, which point into the bytes.
 * Must never trust a length that it reads: a frame comes from a disk.
 */
import type { TimeUs } from "../../core/event/event.ts";
import type { ArchiveRecord, ArchiveSequence } from "../../ports/archive.ts";
import { isMoment, type Placed } from "./match-record.ts";

/** **Unit**: bytes of one frame, unless one record alone is larger. */
export const frameSizeBytes = 1024 * 1024;

/** Bytes, time, input, offset, format, then the lengths of source, container and exec id. */
const headerSizeBytes = 4 + 8 + 8 + 8 + 1 + 4 + 4 + 4;
const formats = ["jsonl", "protobuf"] as const;

export class PlainFrame {
  readonly firstSequence: ArchiveSequence;
  /** Time last seen before its first record. */
  readonly beforeUs: TimeUs;
  recordCount = 0;
  fromUs: TimeUs = 0;
  toUs: TimeUs = 0;
  lastUs: TimeUs;
  readonly containers = new Set<string>();
  readonly execIds = new Set<string>();
  readonly sources = new Set<string>();
  private buffer: Buffer;
  private length = 0;

  constructor(buffer: Buffer, firstSequence: ArchiveSequence, beforeUs: TimeUs) {
    this.buffer = buffer;
    this.firstSequence = firstSequence;
    this.beforeUs = beforeUs;
    this.lastUs = beforeUs;
  }

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  get sizeBytes(): number {
    return this.length;
  }

  /** Its memory, to be used again once it was written. */
  get memory(): Buffer {
    return this.buffer;
  }

  hasRoom(record: ArchiveRecord): boolean {
    return this.recordCount === 0 || this.length + sizeOf(record) <= this.buffer.length;
  }

  add(record: ArchiveRecord): void {
    const start = this.length;
    const end = start + sizeOf(record);
    if (end > this.buffer.length) this.grow(end);
    const { buffer } = this;
    const { bytes, source, container, execId } = record;
    buffer.writeUInt32LE(bytes.length, start);
    buffer.writeDoubleLE(record.timeUs, start + 4);
    buffer.writeDoubleLE(record.input, start + 12);
    buffer.writeDoubleLE(record.offset, start + 20);
    buffer.writeUInt8(formats.indexOf(record.format), start + 28);
    let at = start + headerSizeBytes;
    let lengthAt = start + 29;
    for (const text of [source, container, execId]) {
      const size = buffer.write(text, at);
      buffer.writeUInt32LE(size, lengthAt);
      at += size;
      lengthAt += 4;
    }
    buffer.set(bytes, at);
    this.length = at + bytes.length;
    this.note(record);
  }

  private grow(sizeBytes: number): void {
    const grown = Buffer.allocUnsafe(sizeBytes);
    grown.set(this.bytes);
    this.buffer = grown;
  }

  /** Counts a record that is stored already, for what the index says. */
  note({ source, container, execId, timeUs }: ArchiveRecord): void {
    this.recordCount++;
    this.sources.add(source);
    this.containers.add(container);
    this.execIds.add(execId);
    if (isMoment(timeUs)) this.lastUs = timeUs;
    const us = this.lastUs;
    this.fromUs = this.recordCount === 1 ? us : Math.min(this.fromUs, us);
    this.toUs = Math.max(this.toUs, us);
  }
}

/** **Unit**: bytes at most: UTF-8 of a UTF-16 code unit takes three. */
export function sizeOf({ source, container, execId, bytes }: ArchiveRecord): number {
  const texts = 3 * (source.length + container.length + execId.length);
  return headerSizeBytes + texts + bytes.length;
}

export interface FrameStart {
  readonly firstSequence: ArchiveSequence;
  readonly recordCount: number;
  readonly beforeUs: TimeUs;
}

export type PlacedRecord = ArchiveRecord & Placed;

/** Undefined where the bytes end, or hold something else, before all records were read. */
export function readFrame(bytes: Buffer, start: FrameStart): readonly PlacedRecord[] | undefined {
  const records: PlacedRecord[] = [];
  let at = 0;
  let countsAsUs = start.beforeUs;
  for (let index = 0; index < start.recordCount; index++) {
    const header = at + headerSizeBytes;
    if (header > bytes.length) return undefined;
    const format = formats[bytes.readUInt8(at + 28)];
    const sourceEnd = header + bytes.readUInt32LE(at + 29);
    const containerEnd = sourceEnd + bytes.readUInt32LE(at + 33);
    const execEnd = containerEnd + bytes.readUInt32LE(at + 37);
    const end = execEnd + bytes.readUInt32LE(at);
    if (end > bytes.length || format === undefined) return undefined;
    const timeUs = bytes.readDoubleLE(at + 4);
    if (isMoment(timeUs)) countsAsUs = timeUs;
    records.push({
      source: bytes.toString("utf8", header, sourceEnd),
      container: bytes.toString("utf8", sourceEnd, containerEnd),
      execId: bytes.toString("utf8", containerEnd, execEnd),
      format,
      bytes: new Uint8Array(bytes.buffer, bytes.byteOffset + execEnd, end - execEnd),
      timeUs,
      input: bytes.readDoubleLE(at + 12),
      offset: bytes.readDoubleLE(at + 20),
      sequence: start.firstSequence + index,
      countsAsUs,
    });
    at = end;
  }
  return at === bytes.length ? records : undefined;
}
