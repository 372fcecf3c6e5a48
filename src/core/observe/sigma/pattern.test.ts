/** Tests wildcards and their escapes, against a slow matcher of their definition. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  anyOne,
  anyRun,
  compilePattern,
  longestLiteral,
  type Pattern,
  parsePattern,
  placePattern,
} from "./pattern.ts";

const matches = (pattern: string, text: string) => compilePattern(parsePattern(pattern))(text);

test("escapes are read as the specification lists them", () => {
  const cases: readonly (readonly [string, Pattern])[] = [
    ["a\\b", ["a\\b"]],
    ["a\\\\b", ["a\\b"]],
    ["\\*", ["*"]],
    ["\\?", ["?"]],
    ["\\\\*", ["\\", anyRun]],
    ["\\\\\\*", ["\\*"]],
    ["\\\\\\\\", ["\\\\"]],
    ["\\\\\\", ["\\\\"]],
    ["a?b*", ["a", anyOne, "b", anyRun]],
    ["", []],
  ];
  for (const [text, tokens] of cases) assert.deepEqual(parsePattern(text), tokens, text);
});

test("a question mark stands for exactly one character", () => {
  assert.equal(matches("prog?.exe", "prog.exe"), false);
  assert.equal(matches("prog?.exe", "progA.exe"), true);
  assert.equal(matches("?", ""), false);
});

test("the longest literal occurs in each match", () => {
  assert.equal(longestLiteral(parsePattern("a*bcd?ef")), "bcd");
  assert.deepEqual(placePattern(parsePattern("*x"), "within"), [anyRun, "x", anyRun]);
});

function slowly(pattern: Pattern, text: string): boolean {
  const [token, ...rest] = pattern;
  if (token === undefined) return text === "";
  if (typeof token === "string") {
    return text.startsWith(token) && slowly(rest, text.slice(token.length));
  }
  if (token === anyOne) return text !== "" && slowly(rest, text.slice(1));
  return slowly(rest, text) || (text !== "" && slowly(pattern, text.slice(1)));
}

test("fast and slow matching agree", () => {
  const letters = fc.constantFrom("a", "b", "*", "?");
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });
  const pattern = fc.array(letters, { maxLength: 7 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(pattern, text, (given, subject) => {
      const parsed = placePattern(parsePattern(given), "whole");
      assert.equal(compilePattern(parsed)(subject), slowly(parsed, subject));
    }),
    { numRuns: 2000 },
  );
});

test("a hostile pattern does not take for ever", () => {
  assert.equal(matches(`${"*a?".repeat(50)}b`, "a".repeat(20_000)), false);
});
