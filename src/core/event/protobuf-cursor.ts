/**
 * Holds the reading of protobuf's wire format, bounds checked.
 * In: bytes. Out: tags, numbers, ranges. Throws `BrokenMessage` and nothing else: the one caller
 * catches it, since a check after every read would cost more than the message.
 */
export class BrokenMessage extends Error {}

const broken = new BrokenMessage("The message ends early or holds an impossible number.");

/**
 * A place in one message. **Errors**: every method throws `BrokenMessage` at the end of the
 * bytes.
 */
export class ProtobufCursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /** The last varint as two 32-bit halves, both signed. */
  low = 0;
  high = 0;

  open(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Into `low` and `high`. A varint has at most 10 bytes; bits beyond 64 are dropped. */
  readVarint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) throw broken;
      const byte = this.bytes[this.at] ?? 0;
      this.at += 1;
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift === 28) high |= bits >> 4;
      else if (shift > 28 && shift < 64) high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.low = low;
        this.high = high;
        return;
      }
    }
    throw broken;
  }

  /** Field number times 8 plus wire type, below 2^32. */
  readTag(): number {
    this.readVarint();
    const tag = this.low >>> 0;
    if (this.high !== 0 || tag < 8) throw broken;
    return tag;
  }

  /** End of the length-delimited value that begins here; `at` is then its start. */
  readRangeEnd(): number {
    this.readVarint();
    const length = this.low >>> 0;
    if (this.high !== 0 || length > this.end - this.at) throw broken;
    return this.at + length;
  }

  skip(wireType: number): void {
    if (wireType === 0) this.readVarint();
    else if (wireType === 1) this.advance(8);
    else if (wireType === 2) this.at = this.readRangeEnd();
    else if (wireType === 5) this.advance(4);
    else throw broken; // groups: no Tetragon ever sent one
  }

  unsigned32(): number {
    return this.low >>> 0;
  }

  /** As JSON carries 64-bit integers: decimal text where a number would not be exact. */
  unsigned64(): number | string {
    const high = this.high >>> 0;
    if (high < 0x200000) return high * 0x100000000 + (this.low >>> 0);
    return ((BigInt(high) << 32n) | BigInt(this.low >>> 0)).toString();
  }

  signed64(): number | string {
    if (this.high >= -0x200000 && this.high < 0x200000) {
      const value = this.high * 0x100000000 + (this.low >>> 0);
      if (Number.isSafeInteger(value)) return value;
    }
    return ((BigInt(this.high) << 32n) | BigInt(this.low >>> 0)).toString();
  }

  private advance(length: number): void {
    if (length > this.end - this.at) throw broken;
    this.at += length;
  }
}
