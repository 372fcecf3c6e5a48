/**
 * Holds that facts are told apart as their keys tell them apart.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createMemoryStore } from "../../adapters/store/memory-store.ts";
import { containerOfFact, factKey } from "../../core/observe/fact-key.ts";
import { mergeByKey } from "../../core/observe/merge-fact.ts";
import { arbitraryFact } from "../../testing/arbitrary-facts.ts";
import { FactIndex, filesOf, hasFile } from "./fact-index.ts";
import { openKeysOf } from "./open-keys.ts";

const facts = arbitraryFact({ containers: ["a", "b"], texts: ["/x", "/y", ""] });

test("law: the index has what a map by key has", () => {
  fc.assert(
    fc.property(fc.array(facts, { maxLength: 40 }), (list) => {
      const index = new FactIndex(list);
      const byKey = mergeByKey(list);
      const kept = [...byKey.values()];
      const containers = new Set(kept.map(containerOfFact));
      assert.deepEqual(new Set(Array.from(index.all, ([container]) => container)), containers);
      for (const [container, shelf] of index.all) {
        const own = kept.filter((fact) => containerOfFact(fact) === container);
        const files = own.filter((fact) => fact.kind === "file-use");
        assert.deepEqual(new Set(filesOf(shelf)), new Set(files));
        const others = own.filter(({ kind }) => kind !== "file-use");
        assert.deepEqual(shelf.others, new Map(others.map((fact) => [factKey(fact), fact])));
      }
      for (const fact of list) {
        if (fact.kind !== "file-use") continue;
        const { container, path, actor } = fact;
        const shelf = index.of(container);
        assert.ok(shelf !== undefined && hasFile(shelf, path, fact));
        const way = { how: "executed", actor } as const;
        assert.equal(hasFile(shelf, path, way), byKey.has(factKey({ ...fact, ...way })));
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
