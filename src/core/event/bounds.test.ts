/** Tests how text is cut to its limit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cutText } from "./bounds.ts";

test("text within the limit is returned as it is", () => {
  assert.equal(cutText("abc", 3), "abc");
});

test("longer text is cut at the limit", () => {
  assert.equal(cutText("abcd", 3), "abc");
});

test("a surrogate pair is never split", () => {
  assert.equal(cutText("ab😀", 3), "ab");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 20 }), (text, max) => {
      const cut = cutText(text, max);
      assert.ok(cut.length <= max);
      assert.ok(text.startsWith(cut));
      assert.equal(cut.isWellFormed() || !text.isWellFormed(), true);
    }),
  );
});
