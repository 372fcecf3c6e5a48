/**
 * Holds how a repeated process message looks in protobuf: what it is found by and what varies in
 * it: a reference count, the thread id, and the pod's labels, which Go writes in random order.
 * Also parts that are the same in many messages. In: bytes. Out: a hash, the end of a varying part,
 * the holes of a message.
 * Must never let a hole change the structure around it: its length stays what it was.
 */
import { type BlockShape, type Hole, type HoleList, orderHoles } from "./block-memo.ts";
import { ProtobufCursor } from "./protobuf-cursor.ts";

const hashedSizeBytes = 32;
const holeCountMax = 8;
const podTag = (10 << 3) | 2;
const refcntTag = (13 << 3) | 0;
const tidTag = (16 << 3) | 2;
/** `pod_labels` and `pod_annotations`: maps that no event carries. */
const mapTags: ReadonlySet<number> = new Set([(5 << 3) | 2, (8 << 3) | 2]);

export const protobufBlockShape: BlockShape = {
  endIsKnown: true,
  /** By the end of the first field, the exec_id. */
  hash(bytes, start, end) {
    const first = bytes[start + 1] ?? 0;
    const isLong = first >= 0x80;
    const length = isLong ? (first & 0x7f) | ((bytes[start + 2] ?? 0) << 7) : first;
    const textEnd = Math.min(start + (isLong ? 3 : 2) + length, end);
    let hash = 0;
    for (let i = Math.max(start, textEnd - hashedSizeBytes); i < textEnd; i++) {
      hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
    }
    return hash;
  },
  /**
   * A hole is a varint, or a run of map entries: told by the tag before it. Labels are compared by
   * the length of the whole run alone, as none of them is read.
   */
  endOfHole(bytes, at, end, hole) {
    const holeEnd = at + hole.end - hole.start;
    if (holeEnd > end) return -1;
    const isWhole = hole.isRun === true ? isRun(bytes, at, holeEnd) : isVarint(bytes, at, holeEnd);
    return isWhole ? holeEnd : -1;
  },
};

const hashedPartSizeBytes = 192;

/** What comes again without holes: the call of a hook, the rights of a process. */
export const protobufPartShape: BlockShape = {
  endIsKnown: true,
  hash(bytes, start, end) {
    let hash = end - start;
    for (let i = Math.max(start, end - hashedPartSizeBytes); i < end; i++) {
      hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
    }
    return hash;
  },
  endOfHole: () => -1,
};

function isVarint(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 1 || end - start > 10 || (bytes[end - 1] ?? 0) >= 0x80) return false;
  for (let i = start; i < end - 1; i++) if ((bytes[i] ?? 0) < 0x80) return false;
  return true;
}

/** True when the bytes are whole entries of the maps, and nothing else. */
function isRun(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    if (!mapTags.has(bytes[at] ?? 0)) return false;
    const low = bytes[at + 1] ?? 0;
    const high = bytes[at + 2] ?? 0;
    if (low < 0x80) at += 2 + low;
    else if (high < 0x80) at += 3 + ((low & 0x7f) | (high << 7));
    else return false; // an entry of 16 KB is not worth a third byte of length
  }
  return at === end;
}

/** The holes of a message that was read without fault. */
export function findProtobufHoles(bytes: Uint8Array, start: number, end: number): HoleList {
  const cursor = new ProtobufCursor();
  cursor.open(bytes, start, end);
  const others: Hole[] = [];
  const tids: Hole[] = [];
  while (cursor.at < end) {
    const tag = cursor.readTag();
    const valueStart = cursor.at;
    cursor.skip(tag & 7);
    const value = { start: valueStart - start, end: cursor.at - start };
    if (tag === refcntTag) others.push(value);
    else if (tag === tidTag) tids.push(value);
    else if (tag === podTag) addRuns(bytes.subarray(start, cursor.at), value, others);
  }
  const wrapped = tids.length === 1 ? tids[0] : undefined;
  const tid = wrapped && unwrapNumber(bytes.subarray(start, end), wrapped);
  return others.length <= holeCountMax ? orderHoles(others, tid) : orderHoles([], undefined);
}

/** The runs of map entries in a pod; most pods have one. */
function addRuns(block: Uint8Array, pod: Hole, holes: Hole[]): void {
  const cursor = new ProtobufCursor();
  cursor.open(block, pod.start, pod.end);
  cursor.readRangeEnd();
  let run: { start: number; end: number; isRun: true } | undefined;
  while (cursor.at < pod.end) {
    const { at } = cursor;
    const tag = cursor.readTag();
    cursor.skip(tag & 7);
    if (!mapTags.has(tag)) run = undefined;
    else if (run !== undefined) run.end = cursor.at;
    else if (isRun(block, at, cursor.at)) {
      run = { start: at, end: cursor.at, isRun: true };
      holes.push(run);
    }
  }
}

/** The number within a wrapper that is a length, the tag of field 1 and one varint to the end. */
function unwrapNumber(block: Uint8Array, wrapped: Hole): Hole | undefined {
  const { start, end } = wrapped;
  if (block[start] !== end - start - 1 || block[start + 1] !== 8) return undefined;
  return isVarint(block, start + 2, end) ? { start: start + 2, end } : undefined;
}
