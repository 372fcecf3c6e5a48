/** Holds how text is fitted into columns. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bar, fit, fitPath, formatCount, padEnd, plural, widthOf, wrap } from "./text-layout.ts";

const text = fc.string({ unit: "grapheme", maxLength: 80 });
const width = fc.integer({ min: 2, max: 60 });

test("fitted text, paths and lines are never wider than their room", () => {
  fc.assert(
    fc.property(text, width, (given, columns) => {
      assert.ok(widthOf(fit(given, columns)) <= columns);
      assert.ok(widthOf(fitPath(given, columns)) <= columns);
      for (const line of wrap(given, columns, 3)) assert.ok(widthOf(line) <= columns);
    }),
  );
});

test("what fits is not changed", () => {
  assert.equal(fit("short", 5), "short");
  assert.equal(fit("longer", 5), "long…");
  assert.equal(fitPath("/usr/lib/x", 20), "/usr/lib/x");
  assert.match(fitPath("/usr/lib/python3/dist-packages/yaml/loader.py", 20), /^\/.*….*loader\.py$/);
});

test("wide characters take two columns, marks none", () => {
  assert.equal(widthOf("漢字"), 4);
  assert.equal(widthOf("e\u0301"), 1);
  assert.equal(padEnd("漢", 4), "漢  ");
});

test("wrapped text keeps its words and says when it was cut", () => {
  assert.deepEqual(wrap("one two three", 8), ["one two", "three"]);
  const cut = wrap("one two three four five six", 8, 2);
  assert.equal(cut.length, 2);
  assert.match(cut[1] ?? "", /…$/);
});

test("a bar shows a sliver of anything above nothing, and never more than its room", () => {
  assert.equal(bar(0, 100, 10), "");
  assert.equal(bar(1, 1e6, 10), "▏");
  assert.equal(bar(100, 100, 10), "█".repeat(10));
  assert.equal(bar(Number.MAX_SAFE_INTEGER, 100, 10), "█".repeat(10), "of a saved report");
});

test("counts are grouped and named", () => {
  assert.equal(formatCount(1234567), "1,234,567");
  assert.equal(plural(1, "finding"), "1 finding");
  assert.equal(plural(0, "finding"), "0 findings");
});
