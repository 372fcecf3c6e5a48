/**
 * Holds which open facts the store has, so that only what changed is written.
 * In: all open facts of now. Out: those to write and the keys to drop.
 * Must never hold back news; what only counts on is written once in a while.
 */

import type { Fact } from "../../core/observe/fact.ts";
import { containerOfFact, factKey } from "../../core/observe/fact-key.ts";
import { FactSet } from "../../core/observe/fact-set.ts";
import { compareFacts } from "./compare-facts.ts";

interface Written {
  /** undefined: of a run before, whose keys alone are known. */
  readonly container: string | undefined;
  /** undefined: the store has some state of it from before a restart. */
  readonly fact: Fact | undefined;
  /** **Unit**: milliseconds of the clock that only grows. */
  readonly atMs: number;
}

export interface OpenChanges {
  readonly open: readonly Fact[];
  readonly dropped: readonly string[];
}

export interface ChangesAbout {
  readonly everything: boolean;
  /** The containers whose facts are told; undefined: all. Others keep what the store has. */
  readonly covers: ((container: string) => boolean) | undefined;
}

/** How long counters may run ahead of the store. */
const countedMs = 60_000;

export class OpenLedger {
  private readonly written: Map<string, Written>;

  /** Keys that the store has already: of a run before. */
  constructor(keys: readonly string[]) {
    const unknown = { container: undefined, fact: undefined, atMs: 0 };
    this.written = new Map(keys.map((key) => [key, unknown]));
  }

  /**
   * `facts`: all of the containers that `about` covers, and of none. `everything` writes counters
   * too: at the end, so that nothing is behind.
   */
  changes(facts: readonly Fact[], nowMs: number, about: ChangesAbout): OpenChanges {
    const { everything, covers } = about;
    const open: Fact[] = [];
    const keys = new Set<string>();
    for (const fact of mergeByKey(facts)) {
      const key = factKey(fact);
      keys.add(key);
      const known = this.written.get(key);
      const news = known?.fact === undefined ? "news" : compareFacts(known.fact, fact);
      if (news === "equal") continue;
      const isDue = everything || known === undefined || nowMs - known.atMs >= countedMs;
      if (news === "counted" && !isDue) continue;
      open.push(fact);
    }
    const isGone = (key: string, container: string | undefined): boolean => {
      if (keys.has(key)) return false;
      return (
        covers === undefined || container === "" || (container !== undefined && covers(container))
      );
    };
    const dropped = [...this.written].flatMap(([key, { container }]) =>
      isGone(key, container) ? [key] : [],
    );
    return { open, dropped };
  }

  /** The store has them now. */
  note({ open, dropped }: OpenChanges, nowMs: number): void {
    for (const fact of open) {
      this.written.set(factKey(fact), { container: containerOfFact(fact), fact, atMs: nowMs });
    }
    for (const key of dropped) this.written.delete(key);
  }

  get count(): number {
    return this.written.size;
  }
}

/** Folds may tell one key in several facts: the store keeps one open fact a key. */
function mergeByKey(facts: readonly Fact[]): Iterable<Fact> {
  const set = new FactSet();
  for (const fact of facts) set.add(fact);
  return set.all();
}
