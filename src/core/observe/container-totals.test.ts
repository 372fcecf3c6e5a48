/**
 * Holds that totals over others are as a copy of all would be, and leave those as they were.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sampleNode } from "../../testing/sample-facts.ts";
import {
  addTotal,
  type ContainerTotals,
  dropTotal,
  findTotal,
  listTotals,
  startTotals,
} from "./container-totals.ts";
import type { Actor, FileUseHow } from "./fact.ts";
import { createUse } from "./use-record.ts";
import { createTotal, mergeUse, startAdding } from "./use-total.ts";

const uses = fc.record({
  path: fc.constantFrom("/a", "/b", "/c", "/d"),
  how: fc.constantFrom<FileUseHow>("read", "mapped"),
  actor: fc.constantFrom<Actor>("service", "bulk-reader"),
  timeUs: fc.nat(9),
});
type Given = typeof uses extends fc.Arbitrary<infer T> ? T : never;

function addAll(totals: ContainerTotals, given: readonly Given[]): ContainerTotals {
  for (const { path, how, actor, timeUs } of given) {
    const whose = { actor, origin: "service", reason: "" } as const;
    let total = findTotal(totals, path, how, actor);
    if (total === undefined) {
      total = createTotal(path, how, whose);
      addTotal(totals, total);
    }
    const access = { path, how, sensor: "open", policy: "", timeUs, input: 0, offset: 0 } as const;
    mergeUse(total, createUse(access, 1), whose, startAdding(sampleNode()));
  }
  return totals;
}

test("law: totals over others are what a copy of these would be, and change none of them", () => {
  const some = fc.array(uses, { maxLength: 12 });
  fc.assert(
    fc.property(some, some, some, (before, after, last) => {
      const base = addAll(startTotals(), before);
      const kept = structuredClone(listTotals(base));
      const over = addAll(startTotals(base), after);
      const whole = addAll(startTotals(), [...before, ...after]);
      assert.deepEqual(listTotals(over), listTotals(whole));
      assert.equal(over.count, whole.count);
      assert.deepEqual(listTotals(base), kept);
      const keptOver = structuredClone(listTotals(over));
      const above = addAll(startTotals(over), last);
      assert.deepEqual(listTotals(above), listTotals(addAll(whole, last)));
      assert.equal(above.count, whole.count);
      assert.deepEqual(listTotals(over), keptOver);
    }),
    { numRuns: 500 },
  );
});

test("a total that is dropped leaves the others of its path", () => {
  const given = { path: "/a", how: "read", timeUs: 1 } as const;
  const totals = addAll(startTotals(), [
    { ...given, actor: "service" },
    { ...given, actor: "operator" },
  ]);
  const [first, second] = listTotals(totals);
  for (const [one, rest] of [
    [first, [second]],
    [second, []],
  ] as const) {
    dropTotal(totals, one ?? assert.fail("there are two"));
    assert.deepEqual(listTotals(totals), rest);
  }
  assert.deepEqual([totals.count, totals.byPath.size], [0, 0]);
});
