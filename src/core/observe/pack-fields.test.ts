/**
 * Tests of `pack-fields.ts`: columns hold what was put in, whatever types the values have.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import v8 from "node:v8";
import fc from "fast-check";
import { unpackRows } from "./pack-columns.ts";
import { packFields } from "./pack-fields.ts";

interface Row {
  readonly a: unknown;
  readonly b: unknown;
}

const readers = { a: (row: Row) => row.a, b: (row: Row) => row.b };

test("law: what is packed by readers is read back as it was, also through bytes", () => {
  const mixed = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.boolean());
  const few = fc.constantFrom("tcp", "udp", "");
  const lists = fc.array(fc.string(), { maxLength: 2 });
  const columns = fc.constantFrom(mixed, fc.integer(), fc.double(), fc.string(), few, lists);
  const rows = fc
    .tuple(columns, columns)
    .chain(([a, b]) => fc.array(fc.record({ a, b }), { maxLength: 400, size: "max" }));
  fc.assert(
    fc.property(rows, (given) => {
      const plain = given.map((row): Row => ({ ...row }));
      const read = unpackRows<Row>(v8.deserialize(v8.serialize(packFields(plain, readers))));
      assert.deepEqual(read, plain);
    }),
  );
});

test("texts that come again are written once, others as they are", () => {
  const size = (text: (at: number) => string) => {
    const rows = Array.from({ length: 2000 }, (_, at): Row => ({ a: text(at), b: at }));
    const packed = packFields(rows, readers);
    assert.deepEqual(unpackRows(packed), rows);
    return v8.serialize(packed).length;
  };
  assert.ok(size((at) => `${"x".repeat(90)}${at % 10}`) < 20_000);
  assert.ok(size((at) => `${"x".repeat(96)}${1000 + at}`) < 220_000);
});
