/** Holds the law that a text found again is the text that decoding gives. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TextTable } from "./text-table.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

test("any bytes give what a decoder gives, the first time and again", () => {
  const table = new TextTable();
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.string({ maxLength: 70 }).map((text) => new TextEncoder().encode(text)),
  );
  fc.assert(
    fc.property(bytes, (given) => {
      const expected = decoder.decode(given);
      assert.equal(table.read(given, 0, given.length), expected);
      assert.equal(table.read(given, 0, given.length), expected);
    }),
    { numRuns: 3000 },
  );
});

test("more texts than there is room for are still read right", () => {
  const table = new TextTable();
  const encoder = new TextEncoder();
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 10_000; i++) {
      const bytes = encoder.encode(`/usr/lib/${i}`);
      assert.equal(table.read(bytes, 0, bytes.length), `/usr/lib/${i}`);
    }
  }
});

test("the slot of a text finds it where its bytes are, and only there", () => {
  const table = new TextTable();
  const bytes = new TextEncoder().encode("abcabd");
  table.read(bytes, 0, 3);
  const slot = table.lastSlot;
  assert.equal(table.lengthAt(slot, bytes, 0, 6), 3);
  assert.equal(table.lengthAt(slot, bytes, 3, 6), 0);
  assert.equal(table.lengthAt(slot, bytes, 0, 2), 0);
  assert.equal(table.textIn(slot), "abc");
});
