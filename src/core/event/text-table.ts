/**
 * Holds short texts that were decoded before, found by their bytes, so that a repeated name, path or
 * address costs no decoding and no memory.
 * In: bytes. Out: the text that a UTF-8 decoder gives for them. Must never grow: a slot is overwritten.
 */
const slotCountBits = 12;
const slotCount = 1 << slotCountBits;
const keySizeBytesMax = 64;

export class TextTable {
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  private readonly keys = new Uint8Array(slotCount * keySizeBytesMax);
  private readonly lengths = new Uint8Array(slotCount);
  private readonly texts: string[] = new Array(slotCount).fill("");

  read(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return "";
    if (length > keySizeBytesMax) return this.decode(bytes, start, end);
    let hash = length;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (slotCount - 1);
    const key = slot * keySizeBytesMax;
    if (this.lengths[slot] === length && this.holds(key, bytes, start, end)) {
      return this.texts[slot] ?? "";
    }
    const text = this.decode(bytes, start, end);
    for (let i = 0; i < length; i++) this.keys[key + i] = bytes[start + i] ?? 0;
    this.lengths[slot] = length;
    this.texts[slot] = text;
    return text;
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
