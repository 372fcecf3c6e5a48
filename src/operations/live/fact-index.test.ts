/**
 * Holds that facts are told apart as their keys tell them apart.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createMemoryStore } from "../../adapters/store/memory-store.ts";
import type { Fact } from "../../core/observe/fact.ts";
import { containerOfFact, factKey } from "../../core/observe/fact-key.ts";
import { arbitraryFact } from "../../testing/arbitrary-facts.ts";
import { FactIndex } from "./fact-index.ts";
import { openKeysOf } from "./open-keys.ts";

const facts = arbitraryFact({ containers: ["a", "b"], texts: ["/x", "/y", ""] });

test("law: the index has what a map by key has, whatever comes and goes", () => {
  const step = fc.record({ fact: facts, isGone: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const index = new FactIndex<{ readonly fact: Fact }>();
      const map = new Map<string, Fact>();
      for (const { fact, isGone } of steps) {
        const key = factKey(fact);
        if (isGone) {
          index.delete(fact);
          map.delete(key);
        } else {
          index.set({ fact });
          map.set(key, fact);
        }
        assert.equal(index.get(fact)?.fact, map.get(key));
        assert.equal(index.size, map.size);
      }
      const kept = new Set(map.values());
      assert.deepEqual(
        new Set(index.containers),
        new Set(Array.from(kept, (fact) => containerOfFact(fact))),
      );
      for (const container of index.containers) {
        const own = [...kept].filter((fact) => containerOfFact(fact) === container);
        const told = (withFiles: boolean) =>
          new Set(Array.from(index.of(container, withFiles), ({ fact }) => fact));
        assert.deepEqual(told(true), new Set(own));
        assert.deepEqual(told(false), new Set(own.filter(({ kind }) => kind !== "file-use")));
      }
    }),
    { numRuns: 300 },
  );
});

test("what a writer left open is told by its keys", async () => {
  const { facts: store } = createMemoryStore();
  const open = fc.sample(facts, { numRuns: 5, seed: 1 });
  const batch = { writer: "w", sequence: 1, timeUs: 1, settled: [], dropped: [], positions: {} };
  await store.commit({ ...batch, open });
  assert.deepEqual(new Set(await openKeysOf(store, "w")), new Set(open.map(factKey)));
  assert.deepEqual(await openKeysOf(store, "other"), []);
});
