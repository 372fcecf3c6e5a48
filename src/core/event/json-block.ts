/**
 * Holds how a repeated process block looks in JSON: what it is found by and which of its numbers
 * vary.
 * In: bytes. Out: a hash, the end of a number, the holes of a block. Must never take for a number
 * what JSON would read differently.
 */
import { type BlockShape, type Hole, type HoleList, orderHoles } from "./block-memo.ts";

const quote = 0x22;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const zero = 0x30;
const hashedSizeBytes = 32;
const headSizeBytesMax = 256;
const digitCountMax = 10;

/**
 * A block begins with `"exec_id":"…"`: the bytes before its fourth quote tell it from others, and
 * the last of them best. Blocks that begin otherwise are told apart less well, no more.
 */
export const jsonBlockShape: BlockShape = {
  endIsKnown: false,
  hash: (bytes, start, end) => hashToQuote(4, bytes, start, end),
  endOfHole(bytes, start, end) {
    const limit = Math.min(end, start + digitCountMax + 1);
    let at = start;
    for (; at < limit; at++) {
      const byte = bytes[at] ?? 0;
      if (byte < zero || byte > zero + 9) break;
    }
    const length = at - start;
    const isNumber =
      length > 0 && length <= digitCountMax && (length === 1 || bytes[start] !== zero);
    return isNumber ? at : -1;
  },
};

function hashToQuote(count: number, bytes: Uint8Array, start: number, end: number): number {
  const limit = Math.min(end, start + headSizeBytesMax);
  let at = start;
  for (let quotes = 0; at < limit && quotes < count; at++) if (bytes[at] === quote) quotes += 1;
  let hash = 0;
  for (let i = Math.max(start, at - hashedSizeBytes); i < at; i++) {
    hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  }
  return hash;
}

const partSizeBytesMax = 4096;
const partHeadSizeBytes = 160;

/**
 * A part of a block, such as its pod or its capabilities: it has no holes. Names come first in it;
 * lists differ in their length and at their end. Braces within texts only make it miss.
 */
export const jsonPartShape: BlockShape = {
  endIsKnown: false,
  hash(bytes, start, end) {
    const limit = Math.min(end, start + partSizeBytesMax);
    let at = start;
    for (let depth = 0; at < limit; at++) {
      const byte = bytes[at];
      if (byte === openBrace) depth += 1;
      else if (byte === closeBrace && --depth === 0) break;
    }
    const headEnd = Math.min(start + partHeadSizeBytes, at);
    let hash = at - start;
    for (let i = start; i < headEnd; i++) {
      hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
    }
    for (let i = Math.max(headEnd, at - hashedSizeBytes); i < at; i++) {
      hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
    }
    return hash;
  },
  endOfHole: () => -1,
};

/** What follows in the event of a hook from `"args":[{"file_arg":{"path":"…"` on: without holes. */
export const jsonCallShape: BlockShape = {
  endIsKnown: false,
  hash: (bytes, start, end) => hashToQuote(8, bytes, start, end),
  endOfHole: () => -1,
};

/** Of the values that the two varying keys have in a block; a key that comes twice is no hole. */
export function findJsonHoles(
  block: Uint8Array,
  refcnts: readonly Hole[],
  tids: readonly Hole[],
): HoleList {
  const refcnt = onlyNumber(block, refcnts);
  return orderHoles(refcnt === undefined ? [] : [refcnt], onlyNumber(block, tids));
}

function onlyNumber(block: Uint8Array, values: readonly Hole[]): Hole | undefined {
  const value = values.length === 1 ? values[0] : undefined;
  if (value === undefined) return undefined;
  const end = jsonBlockShape.endOfHole(block, value.start, value.end, value);
  return end === value.end ? value : undefined;
}
