/**
 * Holds the writing of protobuf's wire format: what the requests to Tetragon and replayed events
 * are made of.
 * In: field numbers and values. Out: the bytes of one message. Knows no message by name.
 * **Source**: protobuf.dev, Encoding: varint (0), 64-bit (1), length-delimited (2), 32-bit (5).
 */

const encoder = new TextEncoder();

export class ProtobufWriter {
  private bytes = new Uint8Array(256);
  private length = 0;

  /** Signed numbers below zero take ten bytes, as int32 and int64 do. */
  varint(field: number, value: number | bigint): this {
    this.raw(BigInt(field) << 3n);
    this.raw(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  fixed64(field: number, value: bigint): this {
    this.raw((BigInt(field) << 3n) | 1n);
    this.reserve(8);
    new DataView(this.bytes.buffer).setBigUint64(this.length, BigInt.asUintN(64, value), true);
    this.length += 8;
    return this;
  }

  text(field: number, value: string): this {
    return this.part(field, encoder.encode(value));
  }

  /** Bytes, or an embedded message that was written before. */
  part(field: number, value: Uint8Array): this {
    this.raw((BigInt(field) << 3n) | 2n);
    this.raw(BigInt(value.length));
    this.reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
    return this;
  }

  /** What was written so far, as a copy. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  private raw(value: bigint): void {
    this.reserve(10);
    let rest = value;
    while (rest > 0x7fn) {
      this.bytes[this.length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.length++] = Number(rest);
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}
