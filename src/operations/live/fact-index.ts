/**
 * Holds facts by what `factKey` tells apart, container by container.
 * In: facts, several of a key. Out: one fact a key. Of files, which are nearly all, no key is made:
 * paths are texts that others have anyway.
 */
import type { ContainerKey, Fact, FileUseFact } from "../../core/observe/fact.ts";
import { containerOfFact, factKey } from "../../core/observe/fact-key.ts";
import { mergeFact } from "../../core/observe/merge-fact.ts";
import { mergeFileUses } from "../../core/observe/merge-facts.ts";

export type FileWay = Pick<FileUseFact, "how" | "actor">;

export interface FactShelf {
  /** By path: mostly one; a list of the ways and actors of those that have several. */
  readonly files: ReadonlyMap<string, FileUseFact | readonly FileUseFact[]>;
  /** By `factKey`. */
  readonly others: ReadonlyMap<string, Fact>;
}

interface OpenShelf extends FactShelf {
  readonly files: Map<string, FileUseFact | readonly FileUseFact[]>;
  readonly others: Map<string, Fact>;
}

/** Facts of one look, merged. **Cost**: a look-up a fact; no key is made of a file. */
export class FactIndex {
  private readonly shelves = new Map<ContainerKey, OpenShelf>();

  constructor(facts: readonly Fact[]) {
    for (const fact of facts) this.add(fact);
  }

  /** **Order**: as each container came first. */
  get all(): Iterable<readonly [ContainerKey, FactShelf]> {
    return this.shelves;
  }

  of(container: ContainerKey): FactShelf | undefined {
    return this.shelves.get(container);
  }

  private add(fact: Fact): void {
    const { files, others } = this.shelfOf(containerOfFact(fact));
    if (fact.kind === "file-use") {
      const there = files.get(fact.path);
      files.set(fact.path, there === undefined ? fact : addUse(there, fact));
      return;
    }
    const key = factKey(fact);
    const known = others.get(key);
    others.set(key, known === undefined ? fact : mergeFact(known, fact));
  }

  private shelfOf(container: ContainerKey): OpenShelf {
    let shelf = this.shelves.get(container);
    if (shelf === undefined) {
      shelf = { files: new Map(), others: new Map() };
      this.shelves.set(container, shelf);
    }
    return shelf;
  }
}

/** **Order**: by path as it came first. */
export function* filesOf({ files }: FactShelf): Generator<FileUseFact, void> {
  for (const there of files.values()) {
    if (isOne(there)) yield there;
    else yield* there;
  }
}

/** **Cost**: a look-up. */
export function hasFile({ files }: FactShelf, path: string, way: FileWay): boolean {
  const there = files.get(path);
  if (there === undefined) return false;
  return isOne(there) ? isSameWay(there, way) : there.some((one) => isSameWay(one, way));
}

/** Of one path these are told apart. */
export function isSameWay(a: FileWay, b: FileWay): boolean {
  return a.how === b.how && a.actor === b.actor;
}

function isOne(there: FileUseFact | readonly FileUseFact[]): there is FileUseFact {
  return "kind" in there;
}

function addUse(
  there: FileUseFact | readonly FileUseFact[],
  fact: FileUseFact,
): FileUseFact | readonly FileUseFact[] {
  const list = isOne(there) ? [there] : there;
  const known = list.find((one) => isSameWay(one, fact));
  if (known === undefined) return [...list, fact];
  const merged = mergeFileUses(known, fact);
  return list.length === 1 ? merged : list.map((one) => (one === known ? merged : one));
}
