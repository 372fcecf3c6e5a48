/**
 * Holds facts of one container that a look told and that are kept, by what `factKey` tells apart.
 * In: facts, several of a key. Out: one fact a key. Of files no key is made: paths are texts that
 * others have anyway.
 */
import type { Fact, FileUseFact } from "../../core/observe/fact.ts";
import { factKey } from "../../core/observe/fact-key.ts";
import { mergeFact } from "../../core/observe/merge-fact.ts";
import { mergeFileUses } from "../../core/observe/merge-facts.ts";

export type FileWay = Pick<FileUseFact, "how" | "actor">;

/** **Cost**: a look-up a fact. */
export class ToldFacts {
  /** By path: mostly one; a list of the ways and actors of those that have several. */
  private readonly byPath = new Map<string, FileUseFact | readonly FileUseFact[]>();
  private readonly byKey = new Map<string, Fact>();

  /** By `factKey`, all but those of files. **Order**: as each came first. */
  get others(): ReadonlyMap<string, Fact> {
    return this.byKey;
  }

  /** **Order**: by path as it came first. */
  *files(): Generator<FileUseFact, void> {
    for (const there of this.byPath.values()) {
      if (isOne(there)) yield there;
      else yield* there;
    }
  }

  add(fact: Fact): void {
    if (fact.kind === "file-use") {
      const there = this.byPath.get(fact.path);
      this.byPath.set(fact.path, there === undefined ? fact : addUse(there, fact));
      return;
    }
    const key = factKey(fact);
    const known = this.byKey.get(key);
    this.byKey.set(key, known === undefined ? fact : mergeFact(known, fact));
  }

  /** Of the same path, way and actor. */
  hasFile(fact: FileUseFact): boolean {
    const there = this.byPath.get(fact.path);
    if (there === undefined) return false;
    return isOne(there) ? isSameWay(there, fact) : there.some((one) => isSameWay(one, fact));
  }
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
