/**
 * Holds that keys and merging agree: what a `FactSet` makes one has one key, and nothing else has.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { arbitraryFact } from "../../testing/arbitrary-facts.ts";
import { sampleSignal, sampleStep } from "../../testing/sample-detect-facts.ts";
import type { Fact } from "./fact.ts";
import { factKey } from "./fact-key.ts";
import { FactSet } from "./fact-set.ts";

function factCount(...facts: readonly Fact[]): number {
  const set = new FactSet();
  for (const fact of facts) set.add(fact);
  return set.canonical().split("\n").length;
}

function checkPairs(fact: fc.Arbitrary<Fact>): void {
  const pairs = fc.oneof(
    fc.tuple(fact, fact),
    // Alike but for one part.
    fc.tuple(fact, fact).map(([a, b]) => [a, { ...a, ...pick(b, a.kind) } as Fact] as const),
  );
  fc.assert(
    fc.property(pairs, ([a, b]) => {
      assert.equal(factKey(a) === factKey(b), factCount(a, b) === 1);
    }),
    { numRuns: 2000 },
  );
}

function pick(fact: Fact, kind: Fact["kind"]): Partial<Fact> {
  if (fact.kind !== kind) return {};
  const names = Object.entries(fact).filter(([name]) => name !== "kind" && name !== "container");
  return Object.fromEntries(names);
}

test("law: two facts have one key exactly when a fact set merges them", () => {
  checkPairs(arbitraryFact({ containers: ["c1", "c2"], texts: ["/a", "/b"] }));
});

test("law: so it is with names that hold the separator, or numbers, or nothing", () => {
  const texts = ["", "\u0000", "root", "1", "a\u0000root", "b", "open\u0000b", "0"];
  checkPairs(arbitraryFact({ containers: ["a", "a\u0000root", "1", "\u0000"], texts }));
});

test("a NUL cannot carry a path over into another container", () => {
  const use: Fact = {
    ...{ kind: "file-use", container: "c", path: "", how: "read", actor: "service" },
    ...{ origin: "service", actorReason: "", count: 1, firstSeenUs: 1, lastSeenUs: 1 },
    ...{ binaries: [], sensors: [], afterWrite: false, citations: [] },
  };
  const one = factKey({ ...use, container: "c\u0000x", path: "y" });
  const other = factKey({ ...use, path: "x\u0000y" });
  assert.notEqual(one, other);
});

test("nor can it carry a rule over to another process", () => {
  const named = { container: "c", process: "p", rule: "r" };
  const one = sampleSignal({ ...named, process: "p\u0000x", rule: "y" });
  const other = sampleSignal({ ...named, rule: "x\u0000y" });
  assert.notEqual(factKey(one), factKey(other));
  assert.equal(factCount(one, other), 2);
  const step = sampleStep({ process: "p\u0000read", what: "read", subject: "s" });
  const another = sampleStep({ process: "p", what: "read", subject: "read\u0000s" });
  assert.notEqual(factKey(step), factKey(another));
  assert.equal(factCount(step, another), 2);
});
