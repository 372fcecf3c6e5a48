/**
 * Holds that facts are told apart as their keys tell them apart.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createMemoryStore } from "../../adapters/store/memory-store.ts";
import { factKey } from "../../core/observe/fact-key.ts";
import { mergeByKey } from "../../core/observe/merge-fact.ts";
import { arbitraryFact } from "../../testing/arbitrary-facts.ts";
import { openKeysOf } from "./open-keys.ts";
import { ToldFacts } from "./told-facts.ts";

const facts = arbitraryFact({ containers: ["a"], texts: ["/x", "/y", ""] });

test("law: what is told is what a map by key has", () => {
  fc.assert(
    fc.property(fc.array(facts, { maxLength: 40 }), (list) => {
      const told = new ToldFacts();
      for (const fact of list) told.add(fact);
      const byKey = mergeByKey(list);
      const kept = [...byKey.values()];
      const files = kept.filter((fact) => fact.kind === "file-use");
      assert.deepEqual(new Set(told.files()), new Set(files));
      const others = kept.filter(({ kind }) => kind !== "file-use");
      assert.deepEqual(told.others, new Map(others.map((fact) => [factKey(fact), fact])));
      for (const fact of list) {
        if (fact.kind !== "file-use") continue;
        assert.equal(told.hasFile(fact), true);
        const other = { ...fact, how: "executed" } as const;
        assert.equal(told.hasFile(other), byKey.has(factKey(other)));
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
