/**
 * Holds which settled facts the store has, of the latest ones, so that the same is not written with
 * each process that ends.
 * In: settled facts, several of a key. Out: those to write now. What only counts on is held back
 * until a checkpoint; must never be longer: until then the state of the last checkpoint and what
 * came after it settle the same facts again, afterwards nothing does.
 */
import type { Fact } from "../../core/observe/fact.ts";
import { factKey } from "../../core/observe/fact-key.ts";
import { mergeByKey, mergeFact } from "../../core/observe/merge-fact.ts";
import { compareFacts } from "./compare-facts.ts";

export interface SettledChanges {
  readonly settled: readonly Fact[];
  readonly held: readonly Fact[];
}

/** **Unit**: keys. Rights of some hundred containers: what is beyond is written again. */
const keyCountMax = 8192;

export class SettledLedger {
  private readonly written = new Map<string, Fact>();
  private readonly held = new Map<string, Fact>();

  /** `everything`: with a checkpoint; what was held back comes too. **Cost**: by these facts. */
  changes(facts: readonly Fact[], everything: boolean): SettledChanges {
    const settled: Fact[] = [];
    const held: Fact[] = [];
    const told = mergeByKey(facts);
    for (const [key, fact] of told) {
      const before = this.held.get(key) ?? this.written.get(key);
      const after = before === undefined ? fact : mergeFact(before, fact);
      const news = before === undefined ? "news" : compareFacts(before, after);
      const isBehind = everything && this.held.has(key);
      if (news === "equal" && !isBehind) continue;
      const isFull = this.held.size + held.length >= keyCountMax;
      if (news === "counted" && !everything && !isFull) held.push(after);
      else settled.push(after);
    }
    if (everything) for (const [key, fact] of this.held) if (!told.has(key)) settled.push(fact);
    return { settled, held };
  }

  /** The store has what was to be written. */
  note({ settled, held }: SettledChanges): void {
    for (const fact of held) this.held.set(factKey(fact), fact);
    for (const fact of settled) {
      const key = factKey(fact);
      this.held.delete(key);
      this.written.delete(key);
      this.written.set(key, fact);
    }
    for (const key of this.written.keys()) {
      if (this.written.size <= keyCountMax) return;
      this.written.delete(key);
    }
  }
}
