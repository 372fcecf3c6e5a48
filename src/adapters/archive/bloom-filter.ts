/**
 * Holds a set of texts in few bits, which may say that it has what it has not, never the reverse.
 * In: texts. Out: base64 for a line of the index, and the answer whether a text may be in it.
 */

/** Ten bits a text and four tries: about one wrong yes in a hundred. */
const bitsPerText = 10;
const tryCount = 4;
const sizeBytesMin = 64;
const sizeBytesMax = 64 * 1024;

export function writeBloom(texts: Iterable<string>, count: number): string {
  const wanted = 2 ** Math.ceil(Math.log2((count * bitsPerText) / 8));
  const bits = new Uint8Array(Math.min(sizeBytesMax, Math.max(sizeBytesMin, wanted)));
  for (const text of texts) {
    for (const bit of bitsOf(text, bits.length)) {
      bits[bit >>> 3] = (bits[bit >>> 3] ?? 0) | (1 << (bit & 7));
    }
  }
  return Buffer.from(bits).toString("base64");
}

export function mayHold(bloom: string, text: string): boolean {
  const bits = Buffer.from(bloom, "base64");
  return bitsOf(text, bits.length).every(
    (bit) => ((bits[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0,
  );
}

function bitsOf(text: string, sizeBytes: number): readonly number[] {
  let first = 0x811c9dc5;
  let second = 0x9747b28c;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    first = Math.imul(first ^ code, 0x01000193);
    second = Math.imul(second ^ (code + at), 0x5bd1e995);
  }
  first ^= first >>> 15;
  // Odd, so that the tries fall on different bits of a table whose size is a power of two.
  second = (second ^ (second >>> 13)) | 1;
  const bits: number[] = [];
  for (let n = 0; n < tryCount; n++)
    bits.push((first + Math.imul(n, second)) & (sizeBytes * 8 - 1));
  return bits;
}
