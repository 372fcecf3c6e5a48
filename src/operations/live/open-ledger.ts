/**
 * Holds which open facts the store has, so that only what changed is written.
 * In: open facts of now, of all containers or of some. Out: those to write and the keys to drop.
 * Must never hold back news; what only counts on is written once in a while. Of files, of which
 * there are tens of thousands, it knows no proofs: the store has them.
 */

import type { Citation, ContainerKey, Fact } from "../../core/observe/fact.ts";
import { factKey } from "../../core/observe/fact-key.ts";
import { mergeFact } from "../../core/observe/merge-fact.ts";
import { compareFacts, keptElsewhere } from "./compare-facts.ts";
import { FactIndex } from "./fact-index.ts";

interface Written {
  readonly fact: Fact;
  /** **Unit**: milliseconds of the clock that only grows. */
  readonly atMs: number;
  /** **Unit**: milliseconds from then on, for which its counters may run ahead of the store. */
  readonly restMs: number;
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
  private readonly written = new FactIndex<Written>();
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
    const told = mergeTold(facts);
    const open: Fact[] = [];
    const pieces: Fact[] = [];
    for (const { fact } of all(told)) {
      const known = this.written.get(fact);
      const changed = known === undefined ? fact : changeOf(known, fact, { ...about, nowMs });
      if (changed === undefined) continue;
      const isThin = known !== undefined && about.isPartial && fact.kind === "file-use";
      if (isThin) pieces.push(fact);
      else open.push(changed);
    }
    const gone = [...this.goneOf(told, about)];
    const dropped = gone.map(factKey);
    if (about.containers === undefined && this.older.size > 0) {
      const keys = new Set(Array.from(all(told), ({ fact }) => factKey(fact)));
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
    for (const fact of gone) this.written.delete(fact);
  }

  /** That it has facts of. */
  get containers(): Iterable<ContainerKey> {
    return this.written.containers;
  }

  get count(): number {
    return this.written.size + this.older.size;
  }

  private *goneOf(
    told: FactIndex<Told>,
    { containers, isPartial }: ChangesAbout,
  ): Generator<Fact, void> {
    const { written } = this;
    for (const container of containers === undefined ? written.containers : [...containers, ""]) {
      for (const { fact } of written.of(container, !isPartial)) {
        if (told.get(fact) === undefined && !(isPartial && isPiece(fact))) yield fact;
      }
    }
  }

  private noteOpen(fact: Fact, atMs: number): void {
    const known = this.written.get(fact);
    const restMs = restAfter(fact, known);
    this.written.set({ fact: toKept(fact), atMs, restMs });
  }
}

interface Told {
  readonly fact: Fact;
}

/** Folds may tell one in several facts. */
function mergeTold(facts: readonly Fact[]): FactIndex<Told> {
  const told = new FactIndex<Told>();
  for (const fact of facts) {
    const known = told.get(fact);
    told.set({ fact: known === undefined ? fact : mergeFact(known.fact, fact) });
  }
  return told;
}

function* all<T extends Told>(index: FactIndex<T>): Generator<T, void> {
  for (const container of index.containers) yield* index.of(container, true);
}

const noProofs: readonly Citation[] = [];

function toKept(fact: Fact): Fact {
  if (fact.kind !== "file-use") return fact;
  return { ...fact, citations: fact.citations.length > 0 ? keptElsewhere : noProofs };
}

/** Facts that processes add up to, and those that a partial look leaves out. */
function isPiece({ kind }: Fact): boolean {
  return kind === "file-use" || kind === "privilege" || kind === "container" || kind === "loss";
}

/** What to write; undefined: nothing, or not yet. */
function changeOf(
  { fact: before, atMs, restMs }: Written,
  told: Fact,
  { isPartial, everything, nowMs }: ChangesAbout & { readonly nowMs: number },
): Fact | undefined {
  const fact = isPartial && isPiece(told) ? mergeFact(before, told) : told;
  const news = compareFacts(before, fact);
  if (news === "equal") return undefined;
  // What a piece counts is less than there is.
  const isCount = !isPartial || !isPiece(told) || told.kind === "container";
  const isDue = everything || nowMs - atMs >= restMs;
  return news === "news" || (isDue && isCount) ? fact : undefined;
}

function restAfter({ kind }: Fact, known: Written | undefined): number {
  const { least, most } = countedMs[patienceOf(kind)];
  return known === undefined ? least : Math.min(most, known.restMs * 2);
}

function patienceOf(kind: Fact["kind"]): keyof typeof countedMs {
  if (kind === "container" || kind === "coverage" || kind === "loss") return "sign";
  return kind === "signal" || kind === "process" || kind === "step" ? "detected" : "usual";
}
