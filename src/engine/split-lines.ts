/**
 * Holds the splitting of JSON lines: chunks in, one record a line out, wherever the chunks are cut.
 * Blank lines, `\r` before the end and NUL bytes before the start (holes that a crash leaves) are
 * passed over; what container runtimes put around a line is taken off.
 * Must never hold more than one line of `lineSizeBytesMax`; longer ones are skipped and told.
 */
import { lineSizeBytesMax } from "../core/event/bounds.ts";
import {
  Carry,
  type RawRecord,
  type RecordSink,
  type ResumableSplitter,
  type SplitPlace,
} from "./raw-record.ts";
import { LineUnwrapper } from "./unwrap-line.ts";

const newline = 0x0a;
const carriageReturn = 0x0d;

/** What another splitter did of the same stream from the same start: it is not told again. */
export type SplitDone = Omit<SplitPlace, "pendingOffset">;

export function createLineSplitter(
  sink: RecordSink,
  sizeBytesMax: number = lineSizeBytesMax,
  done: SplitDone = { doneOffset: 0, longOffset: -1 },
): ResumableSplitter {
  return new LineSplitter(sink, sizeBytesMax, done);
}

class LineSplitter implements ResumableSplitter {
  private readonly sink: RecordSink;
  private readonly sizeBytesMax: number;
  private readonly done: SplitDone;
  private readonly unwrapper: LineUnwrapper;
  private readonly carry = new Carry();
  private readonly record: RawRecord;
  /** Offset of the current chunk in the stream. */
  private chunkOffset = 0;
  private line = 1;
  /** Where the carried line begins; -1 when the last chunk ended with a whole line. */
  private carryOffset = -1;
  private skipping = false;
  /** Where the first NUL byte before the current line is; -1 without. */
  private nulOffset = -1;
  /** Where the line begins that is given or closed now. */
  private lineOffset = 0;

  constructor(sink: RecordSink, sizeBytesMax: number, done: SplitDone) {
    this.sink = sink;
    this.sizeBytesMax = sizeBytesMax;
    this.done = done;
    const newOnly: RecordSink = {
      onRecord: (record) => {
        if (this.lineOffset >= done.doneOffset) sink.onRecord(record);
      },
      onOddity: (oddity) => {
        if (this.lineOffset >= done.doneOffset) sink.onOddity(oddity);
      },
    };
    this.unwrapper = new LineUnwrapper(newOnly, sizeBytesMax);
    this.record = {
      bytes: this.carry.bytes,
      start: 0,
      end: 0,
      offset: 0,
      line: 0,
      complete: true,
    };
  }

  push(chunk: Uint8Array): void {
    // Only a `Buffer` searches with the machine's wide registers: three times as fast.
    const searched = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let at = 0;
    if (this.carryOffset >= 0) {
      const found = searched.indexOf(newline);
      if (found < 0) {
        this.keep(chunk, 0);
        this.chunkOffset += chunk.length;
        return;
      }
      this.finishCarried(chunk, found);
      at = found + 1;
    }
    for (;;) {
      const found = searched.indexOf(newline, at);
      if (found < 0) break;
      this.takeLine(chunk, at, found);
      at = found + 1;
    }
    if (at < chunk.length) this.keep(chunk, at);
    this.chunkOffset += chunk.length;
  }

  end(): void {
    if (this.carryOffset >= 0) {
      this.record.complete = false;
      this.closeCarried();
    }
    this.lineOffset = Number.POSITIVE_INFINITY;
    this.unwrapper.end();
  }

  place(): SplitPlace {
    const { carryOffset, nulOffset, done } = this;
    const ownOffset = carryOffset >= 0 ? carryOffset : this.chunkOffset;
    // NUL bytes before a line that is not whole were passed over, and are read again.
    const startOffset = nulOffset >= 0 ? Math.min(ownOffset, nulOffset) : ownOffset;
    return {
      pendingOffset: Math.min(startOffset, this.unwrapper.pendingOffset()),
      doneOffset: Math.max(ownOffset, done.doneOffset),
      longOffset: this.skipping ? carryOffset : done.longOffset,
    };
  }

  private takeLine(chunk: Uint8Array, from: number, to: number): void {
    const start = chunk[from] === 0 ? this.passNul(chunk, from, to) : from;
    this.lineOffset = this.chunkOffset + start;
    if (to - start > this.sizeBytesMax) this.tell("line-too-long", this.chunkOffset + start);
    else this.give(chunk, start, to, this.chunkOffset + start);
    this.closeLine();
  }

  private keep(chunk: Uint8Array, from: number): void {
    if (this.carryOffset < 0) this.carryOffset = this.chunkOffset + from;
    if (this.skipping) return;
    const isStart = this.carry.length === 0;
    const start = isStart ? this.passNul(chunk, from, chunk.length) : from;
    if (isStart) this.carryOffset = this.chunkOffset + start;
    if (this.carry.length + chunk.length - start > this.sizeBytesMax) this.skip();
    else this.carry.append(chunk, start, chunk.length);
  }

  private finishCarried(chunk: Uint8Array, to: number): void {
    if (!this.skipping) {
      const isStart = this.carry.length === 0;
      const start = isStart ? this.passNul(chunk, 0, to) : 0;
      if (isStart) this.carryOffset = this.chunkOffset + start;
      if (this.carry.length + to - start > this.sizeBytesMax) this.skip();
      else this.carry.append(chunk, start, to);
    }
    this.closeCarried();
  }

  private closeCarried(): void {
    const offset = this.carryOffset;
    this.lineOffset = offset;
    if (!this.skipping) this.give(this.carry.bytes, 0, this.carry.length, offset);
    this.carry.clear();
    this.carryOffset = -1;
    this.skipping = false;
    this.closeLine();
  }

  private skip(): void {
    this.skipping = true;
    this.carry.clear();
    this.lineOffset = this.carryOffset;
    this.tell("line-too-long", this.carryOffset);
  }

  private closeLine(): void {
    if (this.nulOffset >= 0) this.tell("nul-bytes", this.nulOffset);
    this.nulOffset = -1;
    this.line++;
  }

  private passNul(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to && bytes[at] === 0) at++;
    if (at > from && this.nulOffset < 0) this.nulOffset = this.chunkOffset + from;
    return at;
  }

  private give(bytes: Uint8Array, start: number, to: number, offset: number): void {
    const end = to > start && bytes[to - 1] === carriageReturn ? to - 1 : to;
    if (isBlank(bytes, start, end)) return;
    const { record } = this;
    record.bytes = bytes;
    record.start = start;
    record.end = end;
    record.offset = offset;
    record.line = this.line;
    if (this.unwrapper.isWrapped(record)) this.unwrapper.take(record);
    else if (offset >= this.done.doneOffset) this.sink.onRecord(record);
  }

  private tell(code: "line-too-long" | "nul-bytes", offset: number): void {
    const { doneOffset, longOffset } = this.done;
    if (this.lineOffset < doneOffset) return;
    if (code === "line-too-long" && offset === longOffset) return;
    this.sink.onOddity({ code, offset, line: this.line });
  }
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== carriageReturn) return false;
  }
  return true;
}
