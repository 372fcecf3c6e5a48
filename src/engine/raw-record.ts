/**
 * Holds what the splitters hand out: the place of one record in the bytes of a stream, and the odd
 * things they met between records. In: nothing. Out: types and the growing buffer they share.
 * Must never copy a record that lies whole in one chunk.
 */

/**
 * One record: `bytes[start, end)`. **Shape**: one object is reused for all records of a stream, and
 * `bytes` may be written over: both are valid only during the call.
 */
export interface RawRecord {
  bytes: Uint8Array;
  start: number;
  end: number;
  /** **Unit**: bytes from the start of the decompressed stream to where the record begins. */
  offset: number;
  /** 1-based number of the line; of the message in a protobuf stream. */
  line: number;
  /** False when the stream ended inside of it. */
  complete: boolean;
}

export type OddityCode =
  | "line-too-long"
  | "nul-bytes"
  | "message-too-long"
  | "message-empty"
  | "message-cut";

export interface Oddity {
  readonly code: OddityCode;
  readonly offset: number;
  readonly line: number;
}

export interface RecordSink {
  onRecord(record: RawRecord): void;
  onOddity(oddity: Oddity): void;
}

export interface RecordSplitter {
  push(chunk: Uint8Array): void;
  /** The stream is over: hands out what is left. */
  end(): void;
}

/**
 * Where reading must begin again so that nothing is missed, and what then comes a second time.
 * **Unit**: bytes from the start of the stream.
 */
export interface SplitPlace {
  /** Of the first byte that is not yet handed out. */
  readonly pendingOffset: number;
  /** Lines that begin before it are done, but for parts that wait for their last one. */
  readonly doneOffset: number;
  /** Of a line that was told to be too long, and has not ended; -1 without. */
  readonly longOffset: number;
}

export interface ResumableSplitter extends RecordSplitter {
  place(): SplitPlace;
}

const keptSizeBytes = 1024 * 1024;

/** Bytes of a record that began in an earlier chunk. Grows by doubling, shrinks when emptied. */
export class Carry {
  bytes: Uint8Array = new Uint8Array(64 * 1024);
  length = 0;

  append(chunk: Uint8Array, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(chunk.subarray(start, end), this.length);
    this.length = needed;
  }

  clear(): void {
    this.length = 0;
    if (this.bytes.length > keptSizeBytes) this.bytes = new Uint8Array(64 * 1024);
  }
}
