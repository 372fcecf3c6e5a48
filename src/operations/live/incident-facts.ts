/**
 * Holds the facts that incidents are judged by, as the store has them, while a daemon runs.
 * In: the store at the start, then each batch. Out: a set of facts; counts for pages.
 * Must never grow beyond its bounds: of detection the oldest facts go first.
 */
import type { Level } from "../../core/observe/detect/rule.ts";
import type { ContainerKey, Fact, FlowFact } from "../../core/observe/fact.ts";
import { factKey, lastSeenOf } from "../../core/observe/fact-key.ts";
import { FactSet } from "../../core/observe/fact-set.ts";
import { mergeFact } from "../../core/observe/merge-fact.ts";
import type { FactStore } from "../../ports/store.ts";
import type { KeptBatch } from "./keep-facts.ts";
import { openKeysOf } from "./open-keys.ts";
import { isTelling, TellingFacts } from "./telling-facts.ts";

export interface IncidentFactsOptions {
  /** **Unit**: signals, processes and steps; default 100,000. */
  readonly detectedCountMax?: number;
  /** **Unit**: facts of other kinds, and local addresses; default 100,000. */
  readonly placeCountMax?: number;
}

export type BatchFacts = Pick<KeptBatch, "settled" | "open" | "dropped">;

/** As the store has them: final ones are merged, open ones take each other's place. */
interface Layers {
  readonly settled: Map<string, Fact>;
  readonly open: Map<string, Fact>;
}

const detectedKinds: ReadonlySet<string> = new Set(["signal", "process", "step"]);
const placeKinds: ReadonlySet<string> = new Set(["container", "coverage", "loss", "listen"]);
/** Of the bound, what goes when it is met: not one fact at a time. */
const evictedShare = 0.1;

export class IncidentFacts {
  private readonly detectedCountMax: number;
  private readonly placeCountMax: number;
  private detected: Layers = noLayers();
  private places: Layers = noLayers();
  /** Under which container answers: of flows nothing else is kept. */
  private addresses = new Map<string, Pick<FlowFact, "container" | "localAddresses">>();
  /** What workloads are, as far as it was seen. */
  telling = new TellingFacts();
  /** Facts beyond the bounds, since the start. */
  droppedCount = 0;
  /** False where the store may have signals that are not here. */
  hasAllDetected = true;

  constructor({ detectedCountMax = 100_000, placeCountMax = 100_000 }: IncidentFactsOptions = {}) {
    this.detectedCountMax = detectedCountMax;
    this.placeCountMax = placeCountMax;
  }

  /** Begins anew. `writer`: whose batches come next and may replace or drop what it left open. */
  async load(facts: FactStore, writer: string): Promise<void> {
    const openKeys = new Set(await openKeysOf(facts, writer));
    const detected = noLayers();
    const places = noLayers();
    const addresses: IncidentFacts["addresses"] = new Map();
    const telling = new TellingFacts();
    for await (const fact of facts.facts()) {
      const layers = detectedKinds.has(fact.kind) ? detected : places;
      if (fact.kind === "flow") this.noteFlow(addresses, fact);
      const isKept = detectedKinds.has(fact.kind) || placeKinds.has(fact.kind);
      if (!isKept && !isTelling(fact)) continue;
      const key = factKey(fact);
      if (!isKept) {
        const isOpen = openKeys.has(key) && !telling.isOpen(key);
        telling.note(fact, isOpen ? "open" : "settled");
        continue;
      }
      const known = layers.open.get(key);
      // Of two the store does not say which is final; merging is good for either.
      if (known !== undefined) settle(layers.settled, key, known);
      if (openKeys.has(key)) layers.open.set(key, fact);
      else settle(layers.settled, key, fact);
    }
    Object.assign(this, { detected, places, addresses, telling, hasAllDetected: true });
    this.bound();
  }

  /** Gives true when there are signals in it. **Cost**: linear in the batch. */
  note({ settled, open, dropped }: BatchFacts): boolean {
    let isNews = false;
    for (const key of dropped) {
      this.detected.open.delete(key);
      this.places.open.delete(key);
      this.telling.drop(key);
    }
    for (const [facts, layer] of [[settled, "settled"] as const, [open, "open"] as const]) {
      for (const fact of facts) {
        if (fact.kind === "flow") this.noteFlow(this.addresses, fact);
        this.telling.note(fact, layer);
        const isDetected = detectedKinds.has(fact.kind);
        if (!isDetected && !placeKinds.has(fact.kind)) continue;
        isNews ||= fact.kind === "signal";
        const layers = isDetected ? this.detected : this.places;
        if (layer === "open") layers.open.set(factKey(fact), fact);
        else settle(layers.settled, factKey(fact), fact);
      }
    }
    this.bound();
    return isNews;
  }

  get hasSignals(): boolean {
    const { settled, open } = this.detected;
    return settled.size + open.size > 0;
  }

  /** **Cost**: linear in what is kept. */
  facts(): FactSet {
    const set = new FactSet();
    for (const layers of [this.detected, this.places]) {
      for (const fact of layers.settled.values()) set.add(fact);
      for (const fact of layers.open.values()) set.add(fact);
    }
    return set;
  }

  /** Addresses of a container, as flows tell them. */
  localFlows(container: ContainerKey): readonly Pick<FlowFact, "localAddresses">[] {
    const known = this.addresses.get(container);
    return known === undefined ? [] : [known];
  }

  get addressed(): readonly ContainerKey[] {
    return [...this.addresses.keys()];
  }

  /** Signals that are kept, each rule and process once. **Cost**: linear in them. */
  signalCounts(): ReadonlyMap<Level, number> {
    const levelOf = new Map<string, Level>();
    for (const layer of [this.detected.settled, this.detected.open]) {
      for (const [key, fact] of layer) if (fact.kind === "signal") levelOf.set(key, fact.level);
    }
    const counts = new Map<Level, number>();
    for (const level of levelOf.values()) counts.set(level, (counts.get(level) ?? 0) + 1);
    return counts;
  }

  /** What detection could not keep. **Order**: by reason. */
  lossCounts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const layer of [this.places.settled, this.places.open]) {
      for (const fact of layer.values()) {
        if (fact.kind !== "loss" || !fact.reason.startsWith("detect-")) continue;
        counts.set(fact.reason, (counts.get(fact.reason) ?? 0) + fact.count);
      }
    }
    return counts;
  }

  private noteFlow(addresses: IncidentFacts["addresses"], fact: FlowFact): void {
    const { container, localAddresses } = fact;
    const known = addresses.get(container)?.localAddresses ?? [];
    if (localAddresses.every((one) => known.includes(one))) return;
    if (known.length === 0 && addresses.size >= this.placeCountMax) return;
    const all = [...new Set([...known, ...localAddresses])].slice(0, addressCountMax);
    addresses.set(container, { container, localAddresses: all });
  }

  private bound(): void {
    const detectedCount = evict(this.detected, this.detectedCountMax);
    if (detectedCount > 0) this.hasAllDetected = false;
    this.droppedCount += detectedCount + evict(this.places, this.placeCountMax);
  }
}

/** **Unit**: of one container; a pod has one or two. */
const addressCountMax = 64;

function noLayers(): Layers {
  return { settled: new Map(), open: new Map() };
}

function settle(settled: Map<string, Fact>, key: string, fact: Fact): void {
  const known = settled.get(key);
  settled.set(key, known === undefined ? fact : mergeFact(known, fact));
}

/** Age decides: what happened to a host is never over. */
function evict({ settled, open }: Layers, countMax: number): number {
  if (settled.size + open.size <= countMax) return 0;
  const wanted = settled.size + open.size - Math.floor(countMax * (1 - evictedShare));
  const oldest = [...settled, ...open].sort(([, a], [, b]) => lastSeenOf(a) - lastSeenOf(b));
  const gone = oldest.slice(0, wanted);
  for (const [key] of gone) {
    settled.delete(key);
    open.delete(key);
  }
  return gone.length;
}
