/** Holds the law of columns: what is packed comes out equal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { unpackTable } from "./client/unpack-table.ts";
import { packTable } from "./pack-table.ts";

function roundTrip(rows: readonly object[]): unknown {
  return JSON.parse(JSON.stringify(unpackTable(JSON.parse(JSON.stringify(packTable(rows))))));
}

test("records come out of columns as they went in", () => {
  const time = fc
    .integer({ min: 1, max: 4e12 })
    .map((ms) => `${new Date(ms).toISOString().slice(0, -1)}017Z`);
  const part = fc.record({ a: fc.constantFrom("x", "y"), b: fc.option(fc.integer()) });
  const row = fc.record({
    text: fc.string(),
    name: fc.nat(50).map((number) => `e${number}`),
    few: fc.constantFrom("act-now", "soon", "__proto__"),
    number: fc.oneof(fc.integer(), fc.constant(null), fc.double({ noNaN: true })),
    count: fc.integer({ min: 0, max: 1e9 }),
    time: fc.option(time),
    odd: fc.oneof(time, fc.constant("2026-02-30T00:00:00.000000Z"), fc.constant("")),
    texts: fc.array(fc.constantFrom("p", "q", "e1", "e2")),
    numbers: fc.array(fc.nat(9)),
    part: fc.option(part),
    parts: fc.array(part),
    isSet: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
      // -0 is not for JSON.
      const plain = JSON.parse(JSON.stringify(rows));
      assert.deepEqual(roundTrip(plain), plain);
    }),
  );
});

test("names that count up, and times, take less than they are long", () => {
  const rows = Array.from({ length: 1000 }, (_, index) => ({
    id: `e${index + 1}`,
    time: `2026-01-01T10:00:00.${String(index).padStart(6, "0")}Z`,
  }));
  const packed = JSON.stringify(packTable(rows)).length;
  assert.ok(packed < 7000, `${packed}`);
  assert.deepEqual(roundTrip(rows), rows);
});

test("names with leading zeros are not counted, and stay", () => {
  const rows = [{ id: "e01" }, { id: "e2" }, { id: "e" }];
  assert.deepEqual(roundTrip(rows), rows);
});
