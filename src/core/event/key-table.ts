/**
 * Holds the wanted keys of one kind of JSON object, found by their bytes, and with each key what
 * came with it last: the key that followed and where its text is kept.
 * In: bytes that may begin with a key. Out: the key whose bytes all agree.
 * Must never grow, and never answer by resemblance: a guess is compared to its last byte.
 */
export interface Key {
  readonly text: string;
  /** The key with its quotes and the colon. */
  readonly bytes: Uint8Array;
  /** Most objects have their keys in the same order as the one before. */
  next: Key | undefined;
  /** Slot of its last value in the table of texts, -1 for none: most values come again. */
  slot: number;
}

const slotCount = 1024;

/**
 * The keys that are wanted, found by their bytes. **Cost**: one comparison where keys come in the
 * order they came in before, else one hash.
 */
export class KeyTable {
  /** Stands before the first key of an object. */
  readonly start: Key = createKey("");
  private readonly slots: (Key | undefined)[] = new Array(slotCount).fill(undefined);

  /** Keys must be ASCII, and fewer than a few hundred. */
  constructor(texts: Iterable<string>) {
    for (const text of new Set(texts)) {
      const key = createKey(text);
      let slot = slotOf(key.bytes, 1, key.bytes.length - 2);
      while (this.slots[slot] !== undefined) slot = (slot + 1) % slotCount;
      this.slots[slot] = key;
    }
  }

  /** The key with exactly the letters `bytes[start, end)`. */
  find(bytes: Uint8Array, start: number, end: number): Key | undefined {
    let slot = slotOf(bytes, start, end);
    for (;;) {
      const key = this.slots[slot];
      if (key === undefined) return undefined;
      if (key.text.length === end - start && holdsAt(key.bytes, 1, bytes, { start, end })) {
        return key;
      }
      slot = (slot + 1) % slotCount;
    }
  }
}

/** True when `key`, quotes and colon included, begins at `at`. */
export function isKeyAt(key: Key, bytes: Uint8Array, at: number, end: number): boolean {
  const { length } = key.bytes;
  if (at + length > end) return false;
  for (let i = 0; i < length; i++) if (key.bytes[i] !== bytes[at + i]) return false;
  return true;
}

function holdsAt(
  letters: Uint8Array,
  from: number,
  bytes: Uint8Array,
  { start, end }: { start: number; end: number },
): boolean {
  for (let i = start, j = from; i < end; i++, j++) if (letters[j] !== bytes[i]) return false;
  return true;
}

function createKey(text: string): Key {
  return { text, bytes: new TextEncoder().encode(`"${text}":`), next: undefined, slot: -1 };
}

/** Length, first, middle and last letters tell the wanted keys apart well enough. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  const first = bytes[start] ?? 0;
  const middle = bytes[start + (length >> 1)] ?? 0;
  const last = bytes[end - 1] ?? 0;
  return Math.imul(first * 31 + middle * 7 + last * 131 + length * 1021, 0x9e3779b1) >>> 22;
}
