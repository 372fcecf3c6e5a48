/**
 * Holds the facts that tell what workloads are, beside who they are and where they listen: what
 * they run, whom they talk to, what they may do.
 * In: facts as they are put away. Out: those of a container, and whether they changed.
 * Must never grow beyond its bounds: of a container the first ones stay, of many containers those
 * that something new was heard of.
 */
import { tellsOfRole } from "../../core/judge/context/judge-roles.ts";
import { isHostKey } from "../../core/observe/container-key.ts";
import type { ContainerKey, Fact } from "../../core/observe/fact.ts";
import { factKey } from "../../core/observe/fact-key.ts";
import { mergeFact } from "../../core/observe/merge-fact.ts";

type TellingFact = Extract<Fact, { readonly kind: "file-use" | "privilege" | "flow" }>;

interface Shelf {
  /** Final ones are merged, open ones take each other's place: as the store has them. */
  readonly settled: Map<string, TellingFact>;
  readonly open: Map<string, TellingFact>;
  readonly counts: Record<TellingFact["kind"], number>;
  /** Grows with each fact that is new or gone; what merely counts on tells nothing new. */
  revision: number;
}

/** **Unit**: facts of one container. Habits show soon: what comes late is chance. */
const shelfMax: Shelf["counts"] = { "file-use": 64, privilege: 32, flow: 48 };
/** Of the bound, what goes when it is met: not one container at a time. */
const evictedShare = 0.1;

/** Of containers, each within its bounds. **Cost**: some hundred bytes a fact. */
export class TellingFacts {
  private readonly countMax: number;
  /** **Order**: the longest without anything new comes first. */
  private readonly shelves = new Map<ContainerKey, Shelf>();
  private readonly openAt = new Map<string, ContainerKey>();
  private count = 0;
  /** Times that a fact found no room within the bound of its container. */
  fullCount = 0;
  /** Facts of containers that were let go of. */
  letGoCount = 0;

  /** **Unit**: facts over all containers. */
  constructor(countMax = 50_000) {
    this.countMax = countMax;
  }

  /** **Cost**: a look-up; nothing for facts that tell nothing. */
  note(fact: Fact, layer: "settled" | "open"): void {
    if (!isTelling(fact)) return;
    const { container, kind } = fact;
    const key = factKey(fact);
    const shelf = this.shelves.get(container) ?? emptyShelf();
    const settled = shelf.settled.get(key);
    if (settled === undefined && !shelf.open.has(key)) {
      if (shelf.counts[kind] >= shelfMax[kind]) {
        this.fullCount += 1;
        return;
      }
      this.change(container, shelf, kind, 1);
    }
    if (layer === "open") {
      shelf.open.set(key, fact);
      this.openAt.set(key, container);
    } else {
      shelf.settled.set(
        key,
        settled === undefined ? fact : (mergeFact(settled, fact) as typeof fact),
      );
    }
    if (this.count > this.countMax) this.evict();
  }

  isOpen(key: string): boolean {
    return this.openAt.has(key);
  }

  /** An open fact holds no longer. */
  drop(key: string): void {
    const container = this.openAt.get(key);
    if (container === undefined) return;
    this.openAt.delete(key);
    const shelf = this.shelves.get(container);
    const fact = shelf?.open.get(key);
    if (shelf === undefined || fact === undefined) return;
    shelf.open.delete(key);
    if (!shelf.settled.has(key)) this.change(container, shelf, fact.kind, -1);
  }

  /** **Order**: none; of one key there may be two. */
  of(container: ContainerKey): readonly Fact[] {
    const shelf = this.shelves.get(container);
    return shelf === undefined ? [] : [...shelf.settled.values(), ...shelf.open.values()];
  }

  /** Another number whenever something new was heard of it; 0: never. */
  revisionOf(container: ContainerKey): number {
    return this.shelves.get(container)?.revision ?? 0;
  }

  private change(
    container: ContainerKey,
    shelf: Shelf,
    kind: TellingFact["kind"],
    by: 1 | -1,
  ): void {
    shelf.counts[kind] += by;
    this.count += by;
    shelf.revision += 1;
    this.shelves.delete(container);
    this.shelves.set(container, shelf);
  }

  private evict(): void {
    for (const [container, { counts, open }] of this.shelves) {
      if (this.count <= this.countMax * (1 - evictedShare)) return;
      const size = counts["file-use"] + counts.privilege + counts.flow;
      this.shelves.delete(container);
      for (const key of open.keys()) this.openAt.delete(key);
      this.count -= size;
      this.letGoCount += size;
    }
  }
}

/** Whether it tells what a container is. Hosts do many things at once: of them nothing is kept. */
export function isTelling(fact: Fact): fact is TellingFact {
  if (!("container" in fact) || isHostKey(fact.container)) return false;
  if (fact.kind === "file-use") return tellsOfRole(fact);
  return fact.kind === "privilege" || fact.kind === "flow";
}

function emptyShelf(): Shelf {
  const counts = { "file-use": 0, privilege: 0, flow: 0 };
  return { settled: new Map(), open: new Map(), counts, revision: 0 };
}
