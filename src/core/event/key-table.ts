/**
 * Holds the wanted keys of JSON objects, found by their bytes.
 * In: the bytes of a key. Out: the key as one shared text, or "" for every other key.
 * Must never grow, and never take bytes for a key that merely resembles it.
 */
interface Key {
  readonly bytes: Uint8Array;
  readonly text: string;
}

const slotCount = 1024;

export class KeyTable {
  private readonly slots: (Key | undefined)[] = new Array(slotCount).fill(undefined);

  /** Keys must be ASCII. */
  constructor(texts: Iterable<string>) {
    const encoder = new TextEncoder();
    for (const text of new Set(texts)) {
      const bytes = encoder.encode(text);
      let slot = slotOf(bytes, 0, bytes.length);
      while (this.slots[slot] !== undefined) slot = (slot + 1) % slotCount;
      this.slots[slot] = { bytes, text };
    }
  }

  find(bytes: Uint8Array, start: number, end: number): string {
    let slot = slotOf(bytes, start, end);
    for (;;) {
      const key = this.slots[slot];
      if (key === undefined) return "";
      if (isSame(key.bytes, bytes, start, end)) return key.text;
      slot = (slot + 1) % slotCount;
    }
  }
}

/** Length, first, middle and last letters tell the wanted keys apart well enough. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const first = bytes[start] ?? 0;
  const middle = bytes[start + (length >> 1)] ?? 0;
  const last = bytes[end - 1] ?? 0;
  return Math.imul(first * 31 + middle * 7 + last * 131 + length * 1021, 0x9e3779b1) >>> 22;
}

function isSame(key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false;
  return true;
}
