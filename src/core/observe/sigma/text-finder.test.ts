/** Tests that all texts are found that occur, and no others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TextFinder } from "./text-finder.ts";

function find(texts: readonly string[], text: string): readonly number[] {
  const found = new Set<number>();
  new TextFinder(texts).find(text, (index) => found.add(index));
  return [...found].sort((a, b) => a - b);
}

test("texts that lie within others are found too", () => {
  assert.deepEqual(find(["he", "she", "his", "hers"], "ushers"), [0, 1, 3]);
  assert.deepEqual(find(["a", "a"], "ba"), [0, 1]);
  assert.deepEqual(find([], "ba"), []);
  assert.deepEqual(find(["/dev/tcp/", "\u2015x"], "x \u2015x"), [1]);
});

test("it agrees with looking for each text", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 40 });
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), text, (words, subject) => {
      const expected = words.flatMap((one, index) => (subject.includes(one) ? [index] : []));
      assert.deepEqual(find(words, subject), expected);
    }),
    { numRuns: 500 },
  );
});

test("more states than fit the small numbers are found as well", () => {
  const words = Array.from({ length: 20_000 }, (_, at) => `${String(at).padStart(5, "0")}x${at}`);
  assert.deepEqual(find(words, "-12345x12345-"), [12_345]);
  assert.deepEqual(find(words, "-19999x19999"), [19_999]);
});
