/**
 * Holds that totals cite the earliest uses, are kept with shared parts, and are read back so.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sampleNode } from "../../testing/sample-facts.ts";
import type { Citation, Sensor } from "./fact.ts";
import { joinColumns, ListColumn, NumberColumn, PlainColumn, TextColumn } from "./grow-columns.ts";
import { compareCitations } from "./merge-facts.ts";
import { unpackRows } from "./pack-columns.ts";
import { packTotals, unpackTotals } from "./pack-totals.ts";
import { createUse } from "./use-record.ts";
import {
  citationsOf,
  copyTotal,
  createTotal,
  firstUsOf,
  lastUsOf,
  mergeUse,
  startAdding,
  type Whose,
} from "./use-total.ts";

const own: Whose = { actor: "service", origin: "service", reason: "its own" };
const seen = fc.record({
  execId: fc.constantFrom("p", "q", "r", "s"),
  timeUs: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(1.75e15)),
  input: fc.nat(1),
  offset: fc.nat(2),
  sensor: fc.constantFrom<Sensor>("open", "mmap"),
  by: fc.boolean(),
});

test("law: a total cites the earliest, as sorting all would", () => {
  fc.assert(
    fc.property(fc.array(seen, { minLength: 1, maxLength: 12 }), (given) => {
      const total = createTotal("/a", "read", own);
      const all: Citation[] = [];
      for (const { execId, timeUs, input, offset, sensor, by } of given) {
        const node = sampleNode({ execId, binary: `/bin/${execId}`, pid: 7 });
        const place = { timeUs, input, offset, sensor };
        const use = createUse({ path: "/a", how: "read", policy: "x", ...place }, 1);
        if (by) use.by = { execId: "before", binary: "/bin/sh" };
        mergeUse(total, use, own, startAdding(node));
        const { execId: id, binary } = use.by ?? node;
        all.push({ ...place, node: node.node, execId: id, pid: 7, binary, policy: "x" });
      }
      assert.deepEqual(citationsOf(total), all.sort(compareCitations).slice(0, 3));
      const times = given.map(({ timeUs }) => timeUs);
      assert.deepEqual(
        [firstUsOf(total), lastUsOf(total)],
        [Math.min(...times), Math.max(...times)],
      );
      assert.equal(total.count, given.length);
    }),
    { numRuns: 500 },
  );
});

function twoTotals() {
  const adding = startAdding(sampleNode({ execId: "p", binary: "/bin/p" }));
  return ["/a", "/b"].map((path, offset) => {
    const total = createTotal(path, "read", own);
    const access = { path, how: "read", sensor: "open", policy: "", timeUs: 4, input: 0 } as const;
    mergeUse(total, createUse({ ...access, offset }, 1), own, adding);
    return total;
  });
}

test("totals of one process share its lists, also when they were put away", () => {
  const totals = twoTotals();
  const read = unpackTotals(structuredClone(packTotals(totals)));
  assert.deepEqual(read, totals);
  for (const [a, b] of [totals, read]) {
    assert.equal(a?.binaries, b?.binaries);
    assert.equal(a?.citers, b?.citers);
    assert.equal(a?.whose, b?.whose);
  }
  assert.deepEqual(unpackTotals(packTotals([])), []);
});

test("a copy goes on by itself", () => {
  const [total] = twoTotals();
  assert.ok(total !== undefined);
  const copy = copyTotal(total);
  const access = { path: "/a", how: "read", sensor: "open", policy: "", timeUs: 1 } as const;
  const use = createUse({ ...access, input: 0, offset: 9 }, 1);
  mergeUse(copy, use, own, startAdding(sampleNode({ execId: "q" })));
  assert.deepEqual([firstUsOf(copy), firstUsOf(total)], [1, 4]);
  assert.equal(citationsOf(copy).length, 2);
  assert.equal(citationsOf(total).length, 1);
});

test("the stronger origin gives the reason, of one origin the first reason", () => {
  const [node, access] = [sampleNode(), { path: "/a", how: "read", sensor: "open" } as const];
  const use = createUse({ ...access, policy: "", timeUs: 1, input: 0, offset: 0 }, 1);
  const given: Whose[] = [
    { actor: "bulk-reader", origin: "operator", reason: "a" },
    { actor: "bulk-reader", origin: "service", reason: "d" },
    { actor: "bulk-reader", origin: "service", reason: "c" },
    { actor: "bulk-reader", origin: "operator", reason: "b" },
  ];
  for (const order of [given, given.toReversed()]) {
    const total = createTotal("/a", "read", order[0] ?? own);
    for (const whose of order) mergeUse(total, use, whose, startAdding(node));
    assert.deepEqual(total.whose, { actor: "bulk-reader", origin: "service", reason: "c" });
  }
});

test("law: columns that are filled one by one are read back as records", () => {
  const rows = fc.array(
    fc.record({
      a: fc.oneof(fc.integer(), fc.double()),
      b: fc.string(),
      c: fc.constantFrom(undefined, "x"),
      d: fc.array(fc.nat(), { maxLength: 3 }),
    }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(rows, fc.constantFrom(1, 50), (given, times) => {
      // Also more than there is room for at first.
      const all = Array.from({ length: times }, () => given).flat();
      const items = new NumberColumn();
      const columns = { a: new NumberColumn(), b: new TextColumn(), c: new PlainColumn() };
      const lists = new ListColumn(items);
      for (const { a, b, c, d } of all) {
        columns.a.add(a);
        columns.b.add(b);
        columns.c.add(c);
        for (const item of d) items.add(item);
        lists.add(d.length);
      }
      const packed = joinColumns(all.length, { ...columns, d: lists });
      assert.deepEqual(unpackRows(structuredClone(packed)), structuredClone(all));
    }),
  );
});
