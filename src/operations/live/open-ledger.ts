/**
 * Holds which open facts the store has, so that only what changed is written.
 * In: open facts of now, of all containers or of some. Out: those to write and the keys to drop.
 * Must never hold back news; what only counts on is written once in a while. Of files, of which
 * there are tens of thousands, it knows no proofs: the store has them.
 */

import type { ContainerKey, Fact, FileUseFact } from "../../core/observe/fact.ts";
import { containerOfFact, factKey } from "../../core/observe/fact-key.ts";
import { mergeFact } from "../../core/observe/merge-fact.ts";
import { compareFacts, type FactNews } from "./compare-facts.ts";
import { FactIndex, filesOf, hasFile } from "./fact-index.ts";
import { FileDescriptions } from "./file-descriptions.ts";
import { FileShelf, type WrittenTimes } from "./file-shelf.ts";

interface Written extends WrittenTimes {
  readonly fact: Fact;
}

/** What the store has of one container. */
interface WrittenShelf {
  readonly files: FileShelf;
  /** By `factKey`. */
  readonly others: Map<string, Written>;
}

export interface OpenChanges {
  readonly open: readonly Fact[];
  /** Pieces that say something new about a fact that the store has: to be merged with that. */
  readonly pieces: readonly Fact[];
  readonly dropped: readonly string[];
  /** What `dropped` names, as far as it is known. */
  readonly gone: readonly Fact[];
}

export interface ChangesAbout {
  /** Counters too: at the end, so that nothing is behind. */
  readonly everything: boolean;
  /** The containers whose facts are told; undefined: all. Others keep what the store has. */
  readonly containers: ReadonlySet<ContainerKey> | undefined;
  /** What `isPiece` names are only some facts, and each only a part of what is known. */
  readonly isPartial: boolean;
}

/**
 * **Unit**: milliseconds. A counter may run ahead for longer the more often it was written: in a
 * steady state these are nearly all writes, and no verdict rests on them. What rules told of is
 * read by people in a hurry; whether something still runs or tells is asked of every minute.
 */
const countedMs = {
  usual: { least: 480_000, most: 1_920_000 },
  detected: { least: 60_000, most: 960_000 },
  sign: { least: 60_000, most: 60_000 },
} as const;

export class OpenLedger {
  private readonly written = new Map<ContainerKey, WrittenShelf>();
  private readonly descriptions = new FileDescriptions();
  /** Of a run before: neither the fact nor its container is known, until all are told. */
  private readonly older: Set<string>;

  /** Keys that the store has already: of a run before. */
  constructor(keys: readonly string[]) {
    this.older = new Set(keys);
  }

  /**
   * `facts`: all of the containers that `about` names, and of none; where they are partial, those
   * that something is new of. **Cost**: by these facts and, of the containers, what the store has.
   */
  changes(facts: readonly Fact[], nowMs: number, about: ChangesAbout): OpenChanges {
    const told = new FactIndex(facts);
    const open: Fact[] = [];
    const pieces: Fact[] = [];
    for (const [container, shelf] of told.all) {
      const known = this.written.get(container);
      for (const [key, fact] of shelf.others) {
        const changed = changeOf(known?.others.get(key), fact, { ...about, nowMs });
        if (changed !== undefined) open.push(changed);
      }
      for (const fact of filesOf(shelf)) {
        const row = known?.files.rowOf(fact);
        if (known === undefined || row === undefined) open.push(fact);
        else if (isFileDue(known.files, row, fact, { ...about, nowMs })) {
          if (about.isPartial) pieces.push(fact);
          else open.push(fact);
        }
      }
    }
    const gone = [...this.goneOf(told, about)];
    const dropped = gone.map(factKey);
    if (about.containers === undefined && this.older.size > 0) {
      const keys = new Set(keysOf(told));
      for (const key of this.older) if (!keys.has(key)) dropped.push(key);
    }
    return { open, pieces, dropped, gone };
  }

  /** The store has them now; what was a piece is among the open ones, whole. */
  note({ open, dropped, gone }: Omit<OpenChanges, "pieces">, nowMs: number): void {
    for (const fact of open) this.noteOpen(fact, nowMs);
    if (this.older.size > 0) {
      for (const key of dropped) this.older.delete(key);
      for (const fact of open) this.older.delete(factKey(fact));
    }
    for (const fact of gone) this.forget(fact);
  }

  /** That it has facts of. */
  get containers(): Iterable<ContainerKey> {
    return this.written.keys();
  }

  /** **Cost**: linear in the containers. */
  get count(): number {
    let count = this.older.size;
    for (const { files, others } of this.written.values()) count += files.size + others.size;
    return count;
  }

  private *goneOf(told: FactIndex, { containers, isPartial }: ChangesAbout): Generator<Fact, void> {
    const { written } = this;
    for (const container of containers === undefined ? written.keys() : [...containers, ""]) {
      const known = written.get(container);
      if (known === undefined) continue;
      const shelf = told.of(container);
      for (const [key, { fact }] of known.others) {
        if (shelf?.others.has(key) !== true && !(isPartial && isPiece(fact))) yield fact;
      }
      if (isPartial) continue;
      yield* known.files.missing((path, way) => shelf !== undefined && hasFile(shelf, path, way));
    }
  }

  private noteOpen(fact: Fact, atMs: number): void {
    const { files, others } = this.shelfOf(containerOfFact(fact));
    if (fact.kind === "file-use") {
      const row = files.rowOf(fact);
      const known = row === undefined ? undefined : files.timesAt(row);
      files.set(fact, { atMs, restMs: restAfter(fact, known) });
      return;
    }
    const key = factKey(fact);
    others.set(key, { fact, atMs, restMs: restAfter(fact, others.get(key)) });
  }

  private forget(fact: Fact): void {
    const container = containerOfFact(fact);
    const shelf = this.written.get(container);
    if (shelf === undefined) return;
    if (fact.kind === "file-use") shelf.files.delete(fact);
    else shelf.others.delete(factKey(fact));
    if (shelf.files.size + shelf.others.size === 0) this.written.delete(container);
  }

  private shelfOf(container: ContainerKey): WrittenShelf {
    let shelf = this.written.get(container);
    if (shelf === undefined) {
      shelf = { files: new FileShelf(container, this.descriptions), others: new Map() };
      this.written.set(container, shelf);
    }
    return shelf;
  }
}

function* keysOf(told: FactIndex): Generator<string, void> {
  for (const [, shelf] of told.all) {
    yield* shelf.others.keys();
    for (const fact of filesOf(shelf)) yield factKey(fact);
  }
}

interface Look extends ChangesAbout {
  readonly nowMs: number;
}

/** Facts that processes add up to, and those that a partial look leaves out. */
function isPiece({ kind }: Fact): boolean {
  return kind === "file-use" || kind === "privilege" || kind === "container" || kind === "loss";
}

/** What to write; undefined: nothing, or not yet. */
function changeOf(known: Written | undefined, told: Fact, look: Look): Fact | undefined {
  if (known === undefined) return told;
  const fact = look.isPartial && isPiece(told) ? mergeFact(known.fact, told) : told;
  const news = compareFacts(known.fact, fact);
  // What a piece counts is less than there is.
  const isCount = !look.isPartial || !isPiece(told) || told.kind === "container";
  return isDue(news, known, isCount, look) ? fact : undefined;
}

function isFileDue(files: FileShelf, row: number, told: FileUseFact, look: Look): boolean {
  const news = files.newsAt(row, told, look.isPartial);
  return isDue(news, files.timesAt(row), !look.isPartial, look);
}

function isDue(
  news: FactNews,
  { atMs, restMs }: WrittenTimes,
  isCount: boolean,
  { everything, nowMs }: Look,
): boolean {
  if (news !== "counted") return news === "news";
  return isCount && (everything || nowMs - atMs >= restMs);
}

function restAfter({ kind }: Fact, known: WrittenTimes | undefined): number {
  const { least, most } = countedMs[patienceOf(kind)];
  return known === undefined ? least : Math.min(most, known.restMs * 2);
}

function patienceOf(kind: Fact["kind"]): keyof typeof countedMs {
  if (kind === "container" || kind === "coverage" || kind === "loss") return "sign";
  return kind === "signal" || kind === "process" || kind === "step" ? "detected" : "usual";
}
