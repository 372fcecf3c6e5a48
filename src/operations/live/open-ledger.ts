/**
 * Holds which open facts the store has, so that only what changed is written.
 * In: what was written and dropped. Out: looks (`open-look.ts`), each at the open facts of one
 * moment. What only counts on is written less and less often. Of files, of which there are tens of
 * thousands, it knows no proofs: the store has them.
 */
import type { ContainerKey, Fact } from "../../core/observe/fact.ts";
import { containerOfFact, factKey } from "../../core/observe/fact-key.ts";
import { FileDescriptions } from "./file-descriptions.ts";
import { FileShelf, type WrittenTimes } from "./file-shelf.ts";
import { type ChangesAbout, type OpenChanges, OpenLook, type WrittenShelf } from "./open-look.ts";

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
   * To be told all facts of the containers that `about` names, and of none; where they are partial,
   * those that something is new of. Asking changes nothing; valid until the next `note`.
   */
  startLook(nowMs: number, about: ChangesAbout): OpenLook {
    return new OpenLook({ shelves: this.written, older: this.older }, { ...about, nowMs });
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

function restAfter({ kind }: Fact, known: WrittenTimes | undefined): number {
  const { least, most } = countedMs[patienceOf(kind)];
  return known === undefined ? least : Math.min(most, known.restMs * 2);
}

function patienceOf(kind: Fact["kind"]): keyof typeof countedMs {
  if (kind === "container" || kind === "coverage" || kind === "loss") return "sign";
  return kind === "signal" || kind === "process" || kind === "step" ? "detected" : "usual";
}
