/**
 * Holds blocks of bytes that were decoded before, with what they meant, so that a repeated block
 * costs one comparison. Small parts of it may differ from time to time: its holes.
 * In: a block's bytes, its holes and its value. Out: that value when equal bytes come again.
 * Must never answer by a hash alone, and never hold more than its budget.
 */
import { ByteStore } from "./byte-store.ts";
import { holdsAt } from "./compare-bytes.ts";

/** A part of a block that varies, `[start, end)`, as offsets from the block's start. */
export interface Hole {
  readonly start: number;
  readonly end: number;
  /** For shapes that know more than one kind of hole. */
  readonly isRun?: boolean;
}

export interface BlockShape {
  /** True when a block's end is known before: one that ends earlier is another block. */
  readonly endIsKnown: boolean;
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
  // Not spread: an array that grew keeps room for more, and thousands of these are kept.
  const list = others.concat(tid ?? []);
  list.sort((a, b) => a.start - b.start);
  return { list, tid: tid === undefined ? -1 : list.indexOf(tid) };
}

interface Entry<Value> {
  /** What holds the whole block, as it was when it was kept. */
  readonly view: DataView;
  /**
   * Where what stands before, between and behind the holes begins and ends in it, in turn. Numbers
   * and not objects: thousands of entries are kept.
   */
  readonly bounds: readonly number[];
  readonly holes: readonly Hole[];
  readonly value: Value;
}

/** What was kept since some moment. */
class Generation<Value> {
  /** **Unit**: bytes, with the objects around a block. */
  sizeBytes = 0;
  entries = new Map<number, Entry<Value>[]>();
  readonly store = new ByteStore();

  /** Bytes of dropped entries stay in the store: it has the same bound. */
  isFull(cost: number, limit: number): boolean {
    return this.sizeBytes + cost > limit || this.store.sizeBytes + cost > limit;
  }

  clear(): void {
    this.entries = new Map();
    this.sizeBytes = 0;
    this.store.clear();
  }
}

export interface BlockMatch<Value> {
  value: Value | undefined;
  /** Where the block ends. */
  end: number;
  /** Where each hole starts, as positions in the searched bytes; what is beyond them is stale. */
  readonly holeStarts: number[];
}

/** Objects around a kept block, roughly. */
const entryCostBytes = 1024;
const blockSizeBytesMax = 256 * 1024;
const chainLengthMax = 8;
const recentCount = 16;
const memoSizeBytesDefault = 16 * 1024 * 1024;
/** Searches of one generation: what is not asked for among so many is over, or comes so seldom. */
const searchCountMax = 16_384;

/**
 * Values by the bytes they were read from, but for the holes in them. **Cost**: of a block seen
 * before one comparison of its bytes. **Shape**: two generations, each of half the budget and so
 * many searches at most; the older is forgotten as a whole.
 */
export class BlockMemo<Value> {
  /** **Unit**: bytes held now. **Shape**: at most the budget and one block. */
  sizeBytes = 0;
  hitCount = 0;
  missCount = 0;
  private readonly shape: BlockShape;
  private readonly halfBudget: number;
  private young = new Generation<Value>();
  private old = new Generation<Value>();
  private lastBytes: Uint8Array = new Uint8Array(0);
  /** Of all the memory that holds these bytes: the messages of one read lie in one. */
  private lastView: DataView = new DataView(new ArrayBuffer(0));
  /** Where the bytes begin in it. */
  private lastOffset = 0;
  private searchCount = 0;
  private readonly match: BlockMatch<Value> = { value: undefined, end: 0, holeStarts: [] };
  /** What stands between two holes of the entry that is looked at. */
  private readonly segment = { view: this.lastView, start: 0, end: 0 };
  private readonly recent: (Entry<Value> | undefined)[] = new Array(recentCount).fill(undefined);

  constructor(shape: BlockShape, budgetBytes = memoSizeBytesDefault) {
    this.shape = shape;
    this.halfBudget = budgetBytes / 2;
  }

  /**
   * Where the block at `start` ends, or -1; `found` tells more. It must not reach beyond `end`.
   * `place` is a guess: small, and the same for blocks that are likely to be the same.
   */
  find(bytes: Uint8Array, start: number, end: number, place: number): number {
    if (bytes !== this.lastBytes) this.see(bytes);
    this.searchCount += 1;
    if (this.searchCount > searchCountMax) this.age();
    const guess = this.recent[place & (recentCount - 1)];
    if (guess !== undefined && this.matches(guess, start, end)) {
      this.hitCount += 1;
      return this.match.end;
    }
    const hash = this.shape.hash(bytes, start, end);
    const entry =
      this.search(this.young.entries.get(hash), start, end) ?? this.promote(hash, start, end);
    if (entry === undefined) {
      this.missCount += 1;
      return -1;
    }
    this.hitCount += 1;
    this.recent[place & (recentCount - 1)] = entry;
    return this.match.end;
  }

  /** **Unit**: bytes of blocks, also of those that were dropped. **Shape**: within the budget. */
  get storedSizeBytes(): number {
    return this.young.store.sizeBytes + this.old.store.sizeBytes;
  }

  /** Of the last `find` that found something. */
  get found(): BlockMatch<Value> {
    return this.match;
  }

  /** Keeps a copy of `bytes[start, end)`. Too long blocks are not kept. */
  add(
    bytes: Uint8Array,
    { start, end }: { start: number; end: number },
    holes: readonly Hole[],
    value: Value,
  ): void {
    if (end - start > Math.min(blockSizeBytesMax, this.halfBudget)) return;
    this.keep(this.shape.hash(bytes, start, end), bytes.subarray(start, end), { holes, value });
  }

  private see(bytes: Uint8Array): void {
    const { buffer } = bytes;
    this.lastBytes = bytes;
    this.lastOffset = bytes.byteOffset;
    if (buffer !== this.lastView.buffer) this.lastView = new DataView(buffer);
  }

  private search(
    chain: Entry<Value>[] | undefined,
    start: number,
    end: number,
  ): Entry<Value> | undefined {
    if (chain === undefined) return undefined;
    for (let i = 0; i < chain.length; i++) {
      const entry = chain[i];
      if (entry === undefined || !this.matches(entry, start, end)) continue;
      if (i > 0) {
        chain[i] = chain[0] ?? entry;
        chain[0] = entry;
      }
      return entry;
    }
    return undefined;
  }

  /** What is used again moves to the young, so that it outlives the old. */
  private promote(hash: number, start: number, end: number): Entry<Value> | undefined {
    const { old } = this;
    const chain = old.entries.get(hash);
    const entry = this.search(chain, start, end);
    if (chain === undefined || entry === undefined) return undefined;
    chain.shift();
    old.sizeBytes -= costOf(entry);
    const { view, bounds } = entry;
    return this.keep(hash, new Uint8Array(view.buffer, bounds[0], sizeOf(entry)), entry);
  }

  private keep(
    hash: number,
    bytes: Uint8Array,
    { holes, value }: Pick<Entry<Value>, "holes" | "value">,
  ): Entry<Value> {
    const cost = bytes.length + entryCostBytes;
    if (this.young.isFull(cost, this.halfBudget)) this.age();
    const { young } = this;
    const { view, start, end } = young.store.add(bytes);
    const entry = { view, bounds: cutAtHoles(start, end, holes), holes, value };
    const chain = young.entries.get(hash);
    if (chain === undefined) young.entries.set(hash, [entry]);
    else {
      const dropped = chain.length < chainLengthMax ? undefined : chain.pop();
      if (dropped !== undefined) young.sizeBytes -= costOf(dropped);
      chain.unshift(entry);
    }
    young.sizeBytes += cost;
    this.sizeBytes = young.sizeBytes + this.old.sizeBytes;
    return entry;
  }

  /** Forgets the old; what is used again is then found there, and kept. */
  private age(): void {
    const { old } = this;
    old.clear();
    this.old = this.young;
    this.young = old;
    this.searchCount = 0;
    this.sizeBytes = this.old.sizeBytes;
    this.recent.fill(undefined);
  }

  private matches(entry: Entry<Value>, start: number, end: number): boolean {
    const { bounds, holes } = entry;
    const { match, segment, lastOffset } = this;
    segment.view = entry.view;
    let at = start;
    for (let i = 0; i <= holes.length; i++) {
      segment.start = bounds[2 * i] ?? 0;
      segment.end = bounds[2 * i + 1] ?? 0;
      const length = segment.end - segment.start;
      if (at + length > end || !holdsAt(this.lastView, at + lastOffset, segment)) return false;
      at += length;
      const hole = holes[i];
      if (hole === undefined) continue;
      match.holeStarts[i] = at;
      at = this.shape.endOfHole(this.lastBytes, at, end, hole);
      if (at < 0) return false;
    }
    if (this.shape.endIsKnown && at !== end) return false;
    match.value = entry.value;
    match.end = at;
    return true;
  }
}

function sizeOf({ bounds }: Entry<unknown>): number {
  return (bounds.at(-1) ?? 0) - (bounds[0] ?? 0);
}

function costOf(entry: Entry<unknown>): number {
  return sizeOf(entry) + entryCostBytes;
}

function cutAtHoles(start: number, end: number, holes: readonly Hole[]): readonly number[] {
  const bounds: number[] = [start];
  for (const hole of holes) bounds.push(start + hole.start, start + hole.end);
  bounds.push(end);
  // Of its very size: what grew has room for more.
  return bounds.slice();
}
