/**
 * Holds which open facts the store has, so that only what changed is written.
 * In: open facts of now, of all containers or of some. Out: those to write and the keys to drop.
 * Must never hold back news; what only counts on is written once in a while.
 */

import type { ContainerKey, Fact } from "../../core/observe/fact.ts";
import { containerOfFact, factKey } from "../../core/observe/fact-key.ts";
import { mergeByKey, mergeFact } from "../../core/observe/merge-fact.ts";
import { compareFacts } from "./compare-facts.ts";

interface Written {
  readonly fact: Fact;
  /** **Unit**: milliseconds of the clock that only grows. */
  readonly atMs: number;
  /** **Unit**: milliseconds from then on, for which its counters may run ahead of the store. */
  readonly restMs: number;
}

export interface OpenChanges {
  readonly open: readonly Fact[];
  readonly dropped: readonly string[];
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
 * steady state these are nearly all writes, and no verdict rests on them.
 */
const countedMs = { least: 60_000, most: 960_000 } as const;

export class OpenLedger {
  /** By container: the store has tens of thousands, of which few are looked at. */
  private readonly written = new Map<ContainerKey, Map<string, Written>>();
  /** Of a run before: neither the fact nor its container is known, until all are told. */
  private readonly older: Set<string>;
  private writtenCount = 0;

  /** Keys that the store has already: of a run before. */
  constructor(keys: readonly string[]) {
    this.older = new Set(keys);
  }

  /**
   * `facts`: all of the containers that `about` names, and of none; where they are partial, those
   * that something is new of. **Cost**: by these facts and what the store has of the containers.
   */
  changes(facts: readonly Fact[], nowMs: number, about: ChangesAbout): OpenChanges {
    const told = mergeByKey(facts);
    const open: Fact[] = [];
    for (const [key, fact] of told) {
      const known = this.written.get(containerOfFact(fact))?.get(key);
      const changed = known === undefined ? fact : changeOf(known, fact, { ...about, nowMs });
      if (changed !== undefined) open.push(changed);
    }
    const { containers, isPartial } = about;
    const dropped: string[] = [];
    for (const container of containers === undefined ? this.written.keys() : [...containers, ""]) {
      for (const [key, { fact }] of this.written.get(container) ?? []) {
        if (!told.has(key) && !(isPartial && isPiece(fact))) dropped.push(key);
      }
    }
    if (containers === undefined) {
      for (const key of this.older) if (!told.has(key)) dropped.push(key);
    }
    return { open, dropped };
  }

  /** The store has them now. */
  note({ open, dropped }: OpenChanges, nowMs: number): void {
    for (const fact of open) this.noteOpen(fact, nowMs);
    if (dropped.length === 0) return;
    const gone = new Set(dropped);
    for (const key of gone) this.older.delete(key);
    for (const [container, own] of this.written) {
      for (const key of own.keys()) {
        if (gone.has(key) && own.delete(key)) this.writtenCount -= 1;
      }
      if (own.size === 0) this.written.delete(container);
    }
  }

  get count(): number {
    return this.writtenCount + this.older.size;
  }

  private noteOpen(fact: Fact, atMs: number): void {
    const [container, key] = [containerOfFact(fact), factKey(fact)];
    const own = this.written.get(container) ?? new Map<string, Written>();
    const known = own.get(key);
    const restMs = known === undefined ? countedMs.least : restAfter(known);
    own.set(key, { fact, atMs, restMs });
    this.written.set(container, own);
    this.older.delete(key);
    if (known === undefined) this.writtenCount += 1;
  }
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

/** Whether something still runs or still tells is asked of every minute. */
function restAfter({ fact: { kind }, restMs }: Written): number {
  const isSign = kind === "container" || kind === "coverage" || kind === "loss";
  return isSign ? countedMs.least : Math.min(countedMs.most, restMs * 2);
}
