/**
 * Holds the hash behind stable ids: SHA-256, cut to 64 bits, in plain arithmetic.
 * In: a list of texts. Out: 16 hex digits, the same on every machine and in every run.
 * Must never depend on a version, a digest, a time or the order of input files.
 */

/**
 * Hash of a list of texts; the list ["ab"] differs from ["a", "b"].
 * **Shape**: 16 lower-case hex digits. **Source**: FIPS 180-4 §6.2. A cryptographic hash, because
 * the texts are chosen by whoever names packages and pods: no two can be made to collide cheaply.
 */
export function fingerprint(parts: readonly string[]): string {
  const text = parts.map((part) => `${sizeOf(part)}:${part}`).join("");
  return hexOf(digest(encoder.encode(text)).subarray(0, 2));
}

const encoder = new TextEncoder();
const ascii = /^[\0-\x7f]*$/;

/** **Unit**: bytes of UTF-8. Most names are ASCII, and need no encoding to be counted. */
function sizeOf(text: string): number {
  return ascii.test(text) ? text.length : encoder.encode(text).length;
}

/** **Shape**: 64 lower-case hex digits. */
export function sha256(bytes: Uint8Array): string {
  return hexOf(digest(bytes));
}

function hexOf(words: Uint32Array): string {
  return Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");
}

function digest(bytes: Uint8Array): Uint32Array {
  const padded = pad(bytes);
  const state = Uint32Array.from(startState);
  const schedule = new Uint32Array(64);
  for (let start = 0; start < padded.length; start += 64) {
    compress(state, schedule, new DataView(padded.buffer, start, 64));
  }
  return state;
}

function pad(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  return padded;
}

function compress(state: Uint32Array, schedule: Uint32Array, block: DataView): void {
  fillSchedule(schedule, block);
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let round = 0; round < 64; round += 1) {
    const choice = (e & f) ^ (~e & g);
    const mixedE = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const first = (h + mixedE + choice + at(roundConstants, round) + at(schedule, round)) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  const words = [a, b, c, d, e, f, g, h];
  for (let index = 0; index < 8; index += 1) {
    state[index] = at(state, index) + (words[index] ?? 0);
  }
}

function fillSchedule(schedule: Uint32Array, block: DataView): void {
  for (let index = 0; index < 16; index += 1) schedule[index] = block.getUint32(index * 4);
  for (let index = 16; index < 64; index += 1) {
    const early = at(schedule, index - 15);
    const late = at(schedule, index - 2);
    const mixedEarly = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
    const mixedLate = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
    schedule[index] = at(schedule, index - 16) + mixedEarly + at(schedule, index - 7) + mixedLate;
  }
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function at(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

/** First 32 bits of the fractional part of a root of the n-th prime. */
function primeRoots(count: number, root: (value: number) => number): Uint32Array {
  const words: number[] = [];
  for (let candidate = 2; words.length < count; candidate += 1) {
    if (!isPrime(candidate)) continue;
    const value = root(candidate);
    words.push(Math.floor((value - Math.floor(value)) * 2 ** 32));
  }
  return Uint32Array.from(words);
}

function isPrime(value: number): boolean {
  for (let divisor = 2; divisor * divisor <= value; divisor += 1) {
    if (value % divisor === 0) return false;
  }
  return true;
}

const startState = primeRoots(8, Math.sqrt);
const roundConstants = primeRoots(64, Math.cbrt);
