/** Holds tests of the one order of texts: it is total and asks no locale. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareText } from "./compare-text.ts";

test("texts are in one order, whichever comes first", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      assert.equal(compareText(a, b), 0 - compareText(b, a));
      assert.equal(compareText(a, b) === 0, a === b);
    }),
  );
});

test("upper case comes before lower case, as no locale has it", () => {
  assert.deepEqual(["b", "a", "B", "ä", ""].sort(compareText), ["", "B", "a", "b", "ä"]);
});
