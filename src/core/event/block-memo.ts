/**
 * Holds blocks of bytes that were decoded before, with what they meant, so that a repeated block
 * costs one comparison. Small parts of it may differ from time to time: its holes.
 * In: a block's bytes, its holes and its value. Out: that value when equal bytes come again.
 * Must never answer by a hash alone, and never hold more than its budget.
 */
import { equalBytes } from "./compare-bytes.ts";

/** A part of a block that varies, `[start, end)`, as offsets from the block's start. */
export interface Hole {
  readonly start: number;
  readonly end: number;
  /** For shapes that know more than one kind of hole. */
  readonly isRun?: boolean;
}

export interface BlockShape {
  /** Any number that depends on bytes before the first hole only. */
  hash(bytes: Uint8Array, start: number, end: number): number;
  /** End of what stands at `at` if it may stand in that hole of a remembered block, else -1. */
  endOfHole(bytes: Uint8Array, at: number, end: number, hole: Hole): number;
}

export interface HoleList {
  readonly list: readonly Hole[];
  /** Index of the thread id in `list`; -1 when it is no hole. */
  readonly tid: number;
}

export function orderHoles(others: readonly Hole[], tid: Hole | undefined): HoleList {
  const list = tid === undefined ? [...others] : [...others, tid];
  list.sort((a, b) => a.start - b.start);
  return { list, tid: tid === undefined ? -1 : list.indexOf(tid) };
}

interface Entry<Value> {
  readonly view: DataView;
  readonly holes: readonly Hole[];
  readonly value: Value;
}

export interface BlockMatch<Value> {
  value: Value;
  /** Where the block ends. */
  end: number;
  /** Starts and ends of the holes, as positions in the searched bytes. */
  holes: number[];
}

/** Objects around a kept block, roughly. */
const entryCostBytes = 1024;
const blockSizeBytesMax = 256 * 1024;
const chainLengthMax = 8;
export const memoSizeBytesDefault = 32 * 1024 * 1024;

export class BlockMemo<Value> {
  /** **Unit**: bytes held now. **Shape**: at most the budget and one block. */
  sizeBytes = 0;
  hitCount = 0;
  missCount = 0;
  private readonly shape: BlockShape;
  private readonly halfBudget: number;
  private young = new Map<number, Entry<Value>[]>();
  private old = new Map<number, Entry<Value>[]>();
  private youngSizeBytes = 0;
  private oldSizeBytes = 0;
  private lastBytes: Uint8Array = new Uint8Array(0);
  private lastView: DataView = new DataView(new ArrayBuffer(0));
  private match: BlockMatch<Value> | undefined = undefined;

  constructor(shape: BlockShape, budgetBytes = memoSizeBytesDefault) {
    this.shape = shape;
    this.halfBudget = budgetBytes / 2;
  }

  /** The answer is reused: read it before the next call. `end` is the last byte a block may use. */
  find(bytes: Uint8Array, start: number, end: number): BlockMatch<Value> | undefined {
    const hash = this.shape.hash(bytes, start, end);
    this.see(bytes);
    const found = this.search(this.young.get(hash), start, end) ?? this.promote(hash, start, end);
    if (found === undefined) this.missCount += 1;
    else this.hitCount += 1;
    return found;
  }

  /** Keeps a copy of `bytes[start, end)`. Too long blocks are not kept. */
  add(
    bytes: Uint8Array,
    { start, end }: { start: number; end: number },
    holes: readonly Hole[],
    value: Value,
  ): void {
    if (end - start > Math.min(blockSizeBytesMax, this.halfBudget)) return;
    const copy = bytes.slice(start, end);
    const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
    this.keep(this.shape.hash(bytes, start, end), { view, holes, value });
  }

  private see(bytes: Uint8Array): void {
    if (bytes === this.lastBytes) return;
    this.lastBytes = bytes;
    this.lastView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private search(
    chain: Entry<Value>[] | undefined,
    start: number,
    end: number,
  ): BlockMatch<Value> | undefined {
    if (chain === undefined) return undefined;
    for (let i = 0; i < chain.length; i++) {
      const entry = chain[i];
      if (entry === undefined || !this.matches(entry, start, end)) continue;
      if (i > 0) {
        chain[i] = chain[0] ?? entry;
        chain[0] = entry;
      }
      return this.match;
    }
    return undefined;
  }

  private promote(hash: number, start: number, end: number): BlockMatch<Value> | undefined {
    const chain = this.old.get(hash);
    const found = this.search(chain, start, end);
    const entry = chain?.[0];
    if (found === undefined || chain === undefined || entry === undefined) return undefined;
    chain.shift();
    this.oldSizeBytes -= costOf(entry);
    this.keep(hash, entry);
    return found;
  }

  private keep(hash: number, entry: Entry<Value>): void {
    const cost = costOf(entry);
    if (this.youngSizeBytes + cost > this.halfBudget) {
      this.old = this.young;
      this.oldSizeBytes = this.youngSizeBytes;
      this.young = new Map();
      this.youngSizeBytes = 0;
    }
    const chain = this.young.get(hash);
    if (chain === undefined) this.young.set(hash, [entry]);
    else {
      const dropped = chain.length < chainLengthMax ? undefined : chain.pop();
      if (dropped !== undefined) this.youngSizeBytes -= costOf(dropped);
      chain.unshift(entry);
    }
    this.youngSizeBytes += cost;
    this.sizeBytes = this.youngSizeBytes + this.oldSizeBytes;
  }

  private matches(entry: Entry<Value>, start: number, end: number): boolean {
    const { view, holes } = entry;
    const places: number[] = [];
    let at = start;
    let from = 0;
    for (const hole of holes) {
      const length = hole.start - from;
      if (at + length > end || !this.equal(view, from, at, length)) return false;
      const holeEnd = this.shape.endOfHole(this.lastBytes, at + length, end, hole);
      if (holeEnd < 0) return false;
      places.push(at + length, holeEnd);
      at = holeEnd;
      from = hole.end;
    }
    const length = view.byteLength - from;
    if (at + length > end || !this.equal(view, from, at, length)) return false;
    this.match = { value: entry.value, end: at + length, holes: places };
    return true;
  }

  private equal(view: DataView, bStart: number, aStart: number, length: number): boolean {
    return equalBytes(this.lastView, view, { aStart, bStart, length });
  }
}

function costOf(entry: Entry<unknown>): number {
  return entry.view.byteLength + entryCostBytes;
}
