/** Tests that RE2 takes every pattern that is called plain. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { isPlainPattern } from "./plain-pattern.ts";

test("patterns as rules have them are plain", () => {
  for (const pattern of [
    String.raw`(?:^|[\s;&|])curl\s+[^|]*\|\s*(?:ba|da|z)?sh\b`,
    String.raw`/dev/(?:tcp|udp)/[\w.-]+/\d{1,5}`,
    "^[0-9a-f]{32}$",
    "(?i)secret_?key",
    String.raw`=["\']?/tmp\\\'`,
    "[A-Za-z0-9+/]{40,}={0,2}",
  ]) {
    assert.equal(isPlainPattern(pattern), true, pattern);
  }
});

test("what RE2 knows otherwise, or not at all, is not plain", () => {
  for (const pattern of [
    "(?=a)b",
    "(?<!x)y",
    String.raw`(a)\1`,
    "a(?i)",
    "[[:alpha:]]",
    "[^]a]",
    "[]",
    "(?:a{99}){99}",
    "(",
    "a**",
    "é",
    String.raw`[\b]`,
    String.raw`\p{L}`,
    "a".repeat(501),
  ]) {
    assert.equal(isPlainPattern(pattern), false, pattern);
  }
});

const pieces = fc.constantFrom(
  ...["a", "-", "]", "[", "[^", "(", "(?:", ")", "|", "*", "+", "?", "{2}", "{1,}", "{0,99}", "{"],
  ...[
    "^",
    "$",
    ".",
    "\\d",
    "\\b",
    "\\-",
    "\\]",
    "\\\\",
    "\\1",
    "\\x",
    "\\'",
    ":",
    ",",
    "}",
    "&&",
    "0",
  ],
);
const groups = fc.oneof(
  pieces,
  pieces.map((piece) => `(${piece})`),
  pieces.map((piece) => `[${piece}]`),
  fc.tuple(pieces, pieces).map(([one, other]) => `[${one}-${other}]`),
);
const patterns = fc.array(groups, { maxLength: 7 }).map((parts) => parts.join(""));

test("RE2 takes every plain pattern", () => {
  let plainCount = 0;
  fc.assert(
    fc.property(patterns, (pattern) => {
      if (!isPlainPattern(pattern)) return;
      plainCount += 1;
      assert.doesNotThrow(() => RE2JS.compile(pattern), pattern);
    }),
    { numRuns: 4000 },
  );
  assert.ok(plainCount > 100, `${plainCount} were plain`);
});
