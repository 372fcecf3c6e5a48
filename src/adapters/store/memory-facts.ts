/**
 * Holds facts of each writer in two layers, in memory.
 * In: batches in the order of their writer. Out: all facts, what each writer was at. A batch is
 * applied to copies first, so that one that fails changes nothing.
 */
import type { Fact } from "../../core/observe/fact.ts";
import { containerOfFact, factKey, lastSeenOf } from "../../core/observe/fact-key.ts";
import { mergeFact } from "../../core/observe/merge-fact.ts";
import type { FactBatch, FactStore, WriterState } from "../../ports/store.ts";
import { isNewBatch } from "./check-sequence.ts";
import { isForgettable, isSessionFact, widenLosses } from "./forget-rules.ts";
import { hashFacts } from "./hash-facts.ts";

interface Layers {
  readonly state: WriterState;
  readonly settled: Map<string, Fact>;
  readonly open: Map<string, Fact>;
}

export class MemoryFacts implements FactStore {
  private readonly writers = new Map<string, Layers>();

  copyState(state: unknown): unknown {
    return structuredClone(state);
  }

  async commit(batch: FactBatch): Promise<void> {
    const known = this.layersOf(batch.writer);
    if (!isNewBatch(known.state.sequence, batch)) return;
    // Also what came is copied: callers go on with theirs.
    const { settled, open, positions, checkpoint, sequence } = structuredClone(batch);
    const next: Layers = {
      state: { sequence, positions, checkpoint: checkpoint ?? known.state.checkpoint },
      settled: new Map(known.settled),
      open: new Map(known.open),
    };
    for (const fact of settled) mergeInto(next.settled, fact);
    for (const key of batch.dropped) next.open.delete(key);
    for (const fact of open) next.open.set(factKey(fact), fact);
    this.writers.set(batch.writer, next);
  }

  async writer(name: string): Promise<WriterState> {
    return structuredClone(this.layersOf(name).state);
  }

  async *facts(): AsyncIterable<Fact> {
    yield* this.layers().flatMap((layer) => [...layer.values()]);
  }

  async *openFacts(writer: string, keys?: readonly string[]): AsyncIterable<Fact> {
    const { open } = this.layersOf(writer);
    for (const key of keys ?? [...open.keys()]) {
      const fact = open.get(key);
      if (fact !== undefined) yield structuredClone(fact);
    }
  }

  async adopt(writer: string): Promise<void> {
    const { settled, open } = this.layersOf(writer);
    for (const fact of open.values()) mergeInto(settled, fact);
    open.clear();
  }

  async forget(beforeUs: number): Promise<Readonly<Record<string, number>>> {
    const counts: Record<string, number> = {};
    const drop = (layer: Map<string, Fact>, fact: Fact): void => {
      if (layer.delete(factKey(fact))) counts[fact.kind] = (counts[fact.kind] ?? 0) + 1;
    };
    const forgotten = this.findForgettable(beforeUs);
    for (const { settled } of this.writers.values()) {
      for (const fact of [...settled.values()]) {
        const container = containerOfFact(fact);
        const isOld = isSessionFact(fact) && lastSeenOf(fact) < beforeUs;
        if (forgotten.has(container) || (isOld && !isForgettable(container))) drop(settled, fact);
      }
      const losses = [...settled.values()].filter((fact) => fact.kind === "loss");
      for (const { dropped, wide } of widenLosses(losses, beforeUs)) {
        for (const loss of dropped) drop(settled, loss);
        settled.set(factKey(wide), wide);
      }
    }
    return counts;
  }

  async hash(): Promise<string> {
    return await hashFacts(this.facts());
  }

  counts(): Readonly<Record<string, number>> {
    const writers = [...this.writers.values()];
    return {
      settled: writers.reduce((sum, { settled }) => sum + settled.size, 0),
      open: writers.reduce((sum, { open }) => sum + open.size, 0),
    };
  }

  private layersOf(writer: string): Layers {
    const none = { sequence: 0, positions: {}, checkpoint: undefined };
    return this.writers.get(writer) ?? { state: none, settled: new Map(), open: new Map() };
  }

  private layers(): readonly Map<string, Fact>[] {
    return [...this.writers.values()].flatMap(({ settled, open }) => [settled, open]);
  }

  private findForgettable(beforeUs: number): ReadonlySet<string> {
    const writers = [...this.writers.values()];
    const open = new Set(
      writers.flatMap((one) => [...one.open.values()].map((fact) => containerOfFact(fact))),
    );
    const byContainer = new Map<string, Fact[]>();
    for (const fact of writers.flatMap(({ settled }) => [...settled.values()])) {
      const container = containerOfFact(fact);
      if (!isForgettable(container) || open.has(container)) continue;
      const same = byContainer.get(container);
      if (same === undefined) byContainer.set(container, [fact]);
      else same.push(fact);
    }
    const old = [...byContainer].filter(([, facts]) => lastSeenOfAll(facts) < beforeUs);
    return new Set(old.map(([container]) => container));
  }
}

function mergeInto(layer: Map<string, Fact>, fact: Fact): void {
  const key = factKey(fact);
  const known = layer.get(key);
  layer.set(key, known === undefined ? fact : mergeFact(known, fact));
}

/** What its container facts say; without one, what anything says. */
function lastSeenOfAll(facts: readonly Fact[]): number {
  const containers = facts.filter(({ kind }) => kind === "container");
  const telling = containers.length > 0 ? containers : facts;
  return telling.reduce((latest, fact) => Math.max(latest, lastSeenOf(fact)), 0);
}
