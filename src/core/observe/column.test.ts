/** Holds which records become a column of numbers or texts, and which are none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { packPlain } from "./column.ts";

const pack = (values: readonly unknown[]) => packPlain(values, (value) => value);

test("numbers are small ones where all are, and doubles where one is not", () => {
  assert.deepEqual(pack([1, -7]), { kind: "numbers", values: Int32Array.of(1, -7) });
  for (const other of [0.5, -0, 2 ** 31]) {
    assert.deepEqual(pack([1, other]), { kind: "numbers", values: Float64Array.of(1, other) });
  }
  assert.deepEqual(pack([]), { kind: "numbers", values: new Int32Array(0) });
});

test("texts that come again are there once; those that do not, and mixtures, are no column", () => {
  const at = Uint32Array.of(0, 1, 0, 0);
  assert.deepEqual(pack(["a", "b", "a", "a"]), { kind: "texts", texts: ["a", "b"], at });
  assert.equal(pack(Array.from({ length: 1000 }, (_, row) => `text ${row}`)), undefined);
  for (const mixed of [[1, "a"], ["a", 1], [{}], [true]]) assert.equal(pack(mixed), undefined);
});
