/**
 * Holds things by the fact that each is about, as `factKey` tells facts apart.
 * In: facts. Out: the thing of one; all of a container. Of files, which are nearly all, no key is
 * made: paths are texts that others have anyway.
 */
import type { ContainerKey, Fact, FileUseFact } from "../../core/observe/fact.ts";
import { containerOfFact, factKey } from "../../core/observe/fact-key.ts";

interface Shelf<T> {
  /** By path: the few ways and actors of one. */
  readonly uses: Map<string, readonly T[]>;
  readonly rest: Map<string, T>;
}

export class FactIndex<T extends { readonly fact: Fact }> {
  private readonly shelves = new Map<ContainerKey, Shelf<T>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  get containers(): Iterable<ContainerKey> {
    return this.shelves.keys();
  }

  get(fact: Fact): T | undefined {
    const shelf = this.shelves.get(containerOfFact(fact));
    if (fact.kind !== "file-use") return shelf?.rest.get(factKey(fact));
    for (const one of shelf?.uses.get(fact.path) ?? []) if (isSameUse(one, fact)) return one;
    return undefined;
  }

  /** Takes the place of what there is of the same key. */
  set(thing: T): void {
    const { fact } = thing;
    const shelf = this.shelfOf(containerOfFact(fact));
    if (fact.kind === "file-use") {
      const same = shelf.uses.get(fact.path) ?? [];
      const others = same.filter((one) => !isSameUse(one, fact));
      shelf.uses.set(fact.path, [...others, thing]);
      if (others.length === same.length) this.count += 1;
      return;
    }
    const key = factKey(fact);
    if (!shelf.rest.has(key)) this.count += 1;
    shelf.rest.set(key, thing);
  }

  delete(fact: Fact): void {
    const container = containerOfFact(fact);
    const shelf = this.shelves.get(container);
    if (shelf === undefined) return;
    if (fact.kind === "file-use") {
      const same = shelf.uses.get(fact.path) ?? [];
      const others = same.filter((one) => !isSameUse(one, fact));
      this.count -= same.length - others.length;
      if (others.length > 0) shelf.uses.set(fact.path, others);
      else shelf.uses.delete(fact.path);
    } else if (shelf.rest.delete(factKey(fact))) this.count -= 1;
    if (shelf.uses.size + shelf.rest.size === 0) this.shelves.delete(container);
  }

  /** **Order**: files last. `withFiles`: false leaves them out, without a look at them. */
  *of(container: ContainerKey, withFiles: boolean): Generator<T, void> {
    const shelf = this.shelves.get(container);
    if (shelf === undefined) return;
    yield* shelf.rest.values();
    if (withFiles) for (const same of shelf.uses.values()) yield* same;
  }

  private shelfOf(container: ContainerKey): Shelf<T> {
    let shelf = this.shelves.get(container);
    if (shelf === undefined) {
      shelf = { uses: new Map(), rest: new Map() };
      this.shelves.set(container, shelf);
    }
    return shelf;
  }
}

function isSameUse({ fact }: { readonly fact: Fact }, { how, actor }: FileUseFact): boolean {
  return fact.kind === "file-use" && fact.how === how && fact.actor === actor;
}
