/**
 * Holds short texts that were decoded before, found by their bytes, so that a repeated name, path
 * or address costs no decoding and no memory.
 * In: bytes. Out: the text that a UTF-8 decoder gives for them. Must never grow: slots are reused.
 */
const slotCountBits = 12;
const slotCount = 1 << slotCountBits;
const keySizeBytesMax = 64;

export class TextTable {
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  private readonly keys = new Uint8Array(slotCount * keySizeBytesMax);
  private readonly lengths = new Uint8Array(slotCount);
  private readonly texts: string[] = new Array(slotCount).fill("");
  /** Where the text that was read last is kept; -1 when it is not. */
  lastSlot = -1;

  read(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    this.lastSlot = -1;
    if (length === 0) return "";
    if (length > keySizeBytesMax) return this.decode(bytes, start, end);
    let hash = length;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (slotCount - 1);
    const key = slot * keySizeBytesMax;
    this.lastSlot = slot;
    if (this.lengths[slot] === length && this.holds(key, bytes, start, end)) {
      return this.texts[slot] ?? "";
    }
    const text = this.decode(bytes, start, end);
    for (let i = 0; i < length; i++) this.keys[key + i] = bytes[start + i] ?? 0;
    this.lengths[slot] = length;
    this.texts[slot] = text;
    return text;
  }

  /** Length of the text in `slot` if its bytes begin at `start`; 0 when they do not. */
  lengthAt(slot: number, bytes: Uint8Array, start: number, end: number): number {
    const length = this.lengths[slot] ?? 0;
    if (start + length > end) return 0;
    return this.holds(slot * keySizeBytesMax, bytes, start, start + length) ? length : 0;
  }

  textIn(slot: number): string {
    return this.texts[slot] ?? "";
  }

  decode(bytes: Uint8Array, start: number, end: number): string {
    return this.decoder.decode(bytes.subarray(start, end));
  }

  private holds(key: number, bytes: Uint8Array, start: number, end: number): boolean {
    for (let i = start, j = key; i < end; i++, j++) {
      if (this.keys[j] !== bytes[i]) return false;
    }
    return true;
  }
}
