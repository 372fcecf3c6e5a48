/**
 * Holds the splitting of a recorded gRPC stream: messages behind a 4-byte big-endian length.
 * In: chunks, cut anywhere. Out: one record a message. A length that cannot be one means that the
 * framing is lost: nothing after it can be told apart, so the rest is left out and that is told.
 * Must never hold more than one message of `lineSizeBytesMax`.
 */
import { lineSizeBytesMax } from "../core/event/bounds.ts";
import type { RecordSink, RecordSplitter } from "./raw-record.ts";
import { Carry, type OddityCode, type RawRecord } from "./raw-record.ts";

const headerSizeBytes = 4;
const openBrace = 0x7b;
const quote = 0x22;

/**
 * Tells by the first five bytes of a stream whether it is framed protobuf. Text may begin with NUL
 * bytes too, after a crash: then a plausible length, or the tag of a field, does not follow.
 * **Source**: `GetEventsResponse`: all its fields are messages, strings or maps, wire type 2.
 */
export function looksFramed(head: Uint8Array): boolean {
  const [first, second, third, fourth, tag = 0] = head;
  if (first !== 0 || head.length <= headerSizeBytes) return false;
  const isText = second === openBrace && third === quote;
  if (isText || (fourth === openBrace && tag === quote)) return false;
  const length = frameLength(head, 0);
  return length >= 2 && length <= lineSizeBytesMax && (tag & 7) === 2 && tag >> 3 !== 0;
}

export function createFrameSplitter(
  sink: RecordSink,
  sizeBytesMax: number = lineSizeBytesMax,
): RecordSplitter {
  return new FrameSplitter(sink, sizeBytesMax);
}

class FrameSplitter implements RecordSplitter {
  private readonly sink: RecordSink;
  private readonly sizeBytesMax: number;
  private readonly carry = new Carry();
  private readonly record: RawRecord;
  /** Offset of the next frame in the stream. */
  private offset = 0;
  private count = 0;
  private isLost = false;

  constructor(sink: RecordSink, sizeBytesMax: number) {
    this.sink = sink;
    this.sizeBytesMax = sizeBytesMax;
    const { bytes } = this.carry;
    this.record = { bytes, start: 0, end: 0, offset: 0, line: 0, complete: true };
  }

  push(chunk: Uint8Array): void {
    let at = this.carry.length > 0 ? this.topUp(chunk) : 0;
    while (!this.isLost && chunk.length - at >= headerSizeBytes) {
      const length = frameLength(chunk, at);
      if (this.refuses(length)) return;
      const end = at + headerSizeBytes + length;
      if (end > chunk.length) break;
      this.give(chunk, at, end);
      at = end;
    }
    if (!this.isLost && at < chunk.length) this.carry.append(chunk, at, chunk.length);
  }

  end(): void {
    if (this.carry.length === 0 || this.isLost) return;
    this.tell("message-cut");
    this.carry.clear();
  }

  /** Completes the carried frame as far as the chunk reaches. Returns where the next one begins. */
  private topUp(chunk: Uint8Array): number {
    let at = 0;
    if (this.carry.length < headerSizeBytes) at = this.fill(chunk, at, headerSizeBytes);
    if (this.carry.length < headerSizeBytes) return at;
    const length = frameLength(this.carry.bytes, 0);
    if (this.refuses(length)) return at;
    at = this.fill(chunk, at, headerSizeBytes + length);
    if (this.carry.length < headerSizeBytes + length) return at;
    this.give(this.carry.bytes, 0, this.carry.length);
    this.carry.clear();
    return at;
  }

  private fill(chunk: Uint8Array, from: number, sizeBytes: number): number {
    const to = Math.min(chunk.length, from + sizeBytes - this.carry.length);
    this.carry.append(chunk, from, to);
    return to;
  }

  private refuses(length: number): boolean {
    if (length <= this.sizeBytesMax) return false;
    this.tell("message-too-long");
    this.isLost = true;
    this.carry.clear();
    return true;
  }

  private give(bytes: Uint8Array, from: number, end: number): void {
    const start = from + headerSizeBytes;
    if (end === start) this.tell("message-empty");
    else {
      const { record } = this;
      this.count++;
      record.bytes = bytes;
      record.start = start;
      record.end = end;
      record.offset = this.offset;
      record.line = this.count;
      this.sink.onRecord(record);
    }
    this.offset += end - from;
  }

  private tell(code: OddityCode): void {
    this.sink.onOddity({ code, offset: this.offset, line: this.count + 1 });
  }
}

function frameLength(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const low = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  return high * 0x10000 + low;
}
