/**
 * Holds which uses of files the store has, of one container: rows of numbers and what they have in
 * common, instead of some hundred bytes of fact each.
 * In: facts as they were written. Out: what is news in another, and facts again of those that go.
 * Must decide as `compareFacts` does, and know no proofs: the store has them.
 */
import type { Citation, ContainerKey, FileUseFact } from "../../core/observe/fact.ts";
import { earliest, mergeFileUses } from "../../core/observe/merge-facts.ts";
import { compareFacts, type FactNews, keptElsewhere } from "./compare-facts.ts";
import {
  describes,
  describesPiece,
  type FileDescription,
  type FileDescriptions,
} from "./file-descriptions.ts";
import type { RowMarks } from "./row-marks.ts";
import { type FileWay, isSameWay } from "./told-facts.ts";

/** When it was written last. */
export interface WrittenTimes {
  /** **Unit**: milliseconds of the clock that only grows. */
  readonly atMs: number;
  /** **Unit**: milliseconds from then on, for which its counters may run ahead of the store. */
  readonly restMs: number;
}

interface Way extends FileWay {
  /** Rows by path. */
  readonly rows: Map<string, number>;
}

/** Columns of a row, all of them numbers. */
const [countAt, firstAt, lastAt, writtenAt, restAt, width] = [0, 1, 2, 3, 4, 5] as const;
/** Rows that may be empty, in a shelf that shrinks. */
const spareCount = 16;

const noProofs: readonly Citation[] = [];

/** **Cost**: some 90 bytes a use. */
export class FileShelf {
  private readonly container: ContainerKey;
  private readonly descriptions: FileDescriptions;
  private readonly ways: Way[] = [];
  private numbers = new Float64Array(0);
  /** By row; undefined: the row is empty. */
  private about: (FileDescription | undefined)[] = [];
  private readonly empty: number[] = [];

  constructor(container: ContainerKey, descriptions: FileDescriptions) {
    this.container = container;
    this.descriptions = descriptions;
  }

  get size(): number {
    return this.about.length - this.empty.length;
  }

  /** There is room for. */
  get rowCount(): number {
    return this.numbers.length / width;
  }

  /** Holds until the next `set` or `delete`; undefined: the store does not have it. */
  rowOf(fact: FileUseFact): number | undefined {
    return this.wayOf(fact)?.rows.get(fact.path);
  }

  timesAt(row: number): WrittenTimes {
    return { atMs: this.numberAt(row, writtenAt), restMs: this.numberAt(row, restAt) };
  }

  /** Whether the store has it as it is told now. `isPiece`: only a part is told. */
  newsAt(row: number, told: FileUseFact, isPiece: boolean): FactNews {
    const about = this.aboutAt(row);
    const first = this.numberAt(row, firstAt);
    if (isPiece) {
      if (!describesPiece(about, told)) {
        const before = this.factAt(row, told);
        return compareFacts(before, mergeFileUses(before, told));
      }
      if (earliest(first, told.firstSeenUs) !== first) return "news";
    } else if (!describes(about, told) || told.firstSeenUs !== first) return "news";
    if (!about.isCited && told.citations.length > 0) return "news";
    const count = this.newsOf(this.numberAt(row, countAt), told.count, isPiece);
    const last = this.newsOf(this.numberAt(row, lastAt), told.lastSeenUs, isPiece);
    if (count === "news" || last === "news") return "news";
    return count === "counted" || last === "counted" ? "counted" : "equal";
  }

  /** Takes the place of what there is of the same path, way and actor. */
  set(fact: FileUseFact, { atMs, restMs }: WrittenTimes): void {
    const row = this.rowOf(fact) ?? this.addRow(fact);
    const before = this.about[row];
    const isCited = fact.citations.length > 0;
    if (before === undefined || before.isCited !== isCited || !describes(before, fact)) {
      this.about[row] = this.descriptions.take(fact);
      if (before !== undefined) this.descriptions.release(before);
    }
    const { count, firstSeenUs, lastSeenUs } = fact;
    this.numbers.set([count, firstSeenUs, lastSeenUs, atMs, restMs], row * width);
  }

  delete(fact: FileUseFact): void {
    const way = this.wayOf(fact);
    const row = way?.rows.get(fact.path);
    if (way === undefined || row === undefined) return;
    way.rows.delete(fact.path);
    if (way.rows.size === 0) this.ways.splice(this.ways.indexOf(way), 1);
    this.descriptions.release(this.aboutAt(row));
    this.about[row] = undefined;
    this.empty.push(row);
    if (this.empty.length > spareCount + 3 * this.size) this.closeGaps();
  }

  /**
   * Those that were not met; undefined: none was. **Order**: by way. **Cost**: nothing where all
   * were met.
   */
  *missing(met: RowMarks | undefined): Generator<FileUseFact, void> {
    if (met?.count === this.size) return;
    for (const { rows, how, actor } of this.ways) {
      for (const [path, row] of rows) {
        if (met?.has(row) !== true) yield this.factAt(row, { how, actor, path });
      }
    }
  }

  private newsOf(before: number, told: number, isPiece: boolean): FactNews {
    if (isPiece ? told <= before : told === before) return "equal";
    return before === 0 ? "news" : "counted";
  }

  private factAt(row: number, { path, how, actor }: FileWay & { path: string }): FileUseFact {
    const { origin, actorReason, binaries, sensors, afterWrite, isCited } = this.aboutAt(row);
    return {
      kind: "file-use",
      container: this.container,
      ...{ path, how, actor, origin, actorReason },
      count: this.numberAt(row, countAt),
      firstSeenUs: this.numberAt(row, firstAt),
      lastSeenUs: this.numberAt(row, lastAt),
      ...{ binaries, sensors, afterWrite },
      citations: isCited ? keptElsewhere : noProofs,
    };
  }

  private wayOf(fact: FileWay): Way | undefined {
    for (const way of this.ways) if (isSameWay(way, fact)) return way;
    return undefined;
  }

  private addRow(fact: FileUseFact): number {
    let way = this.wayOf(fact);
    if (way === undefined) {
      way = { how: fact.how, actor: fact.actor, rows: new Map() };
      this.ways.push(way);
    }
    const row = this.empty.pop() ?? this.about.push(undefined) - 1;
    way.rows.set(fact.path, row);
    if (row * width >= this.numbers.length) this.resize(row + 1 + (row >> 2));
    return row;
  }

  private resize(rowCount: number): void {
    const numbers = new Float64Array(rowCount * width);
    numbers.set(this.numbers.subarray(0, numbers.length));
    this.numbers = numbers;
  }

  private closeGaps(): void {
    const { about, numbers } = this;
    this.about = [];
    this.numbers = new Float64Array((about.length - this.empty.length) * width);
    this.empty.length = 0;
    for (const { rows } of this.ways) {
      for (const [path, row] of rows) {
        const next = this.about.push(about[row]) - 1;
        this.numbers.set(numbers.subarray(row * width, (row + 1) * width), next * width);
        rows.set(path, next);
      }
    }
  }

  private aboutAt(row: number): FileDescription {
    const about = this.about[row];
    if (about !== undefined) return about;
    throw new Error("a row is full as long as a path names it");
  }

  private numberAt(row: number, column: number): number {
    return this.numbers[row * width + column] ?? 0;
  }
}
