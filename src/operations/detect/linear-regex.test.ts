/** Tests that patterns of rules behave as rules expect, and cannot take for ever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linearRegex } from "./linear-regex.ts";

const none = { ignoreCase: false, multiLine: false, dotAll: false };
function matches(pattern: string, text: string, flags = none): boolean {
  const compiled = linearRegex.compile(pattern, flags);
  assert.ok(typeof compiled !== "string", String(compiled));
  return compiled.test(text);
}

test("a pattern is looked for anywhere, and tells cases apart unless asked", () => {
  assert.equal(matches("b[a-c]+", "xxbacx"), true);
  assert.equal(matches("^b", "xb"), false);
  assert.equal(matches("B", "b"), false);
  assert.equal(matches("B", "b", { ...none, ignoreCase: true }), true);
  assert.equal(matches("(?i)B", "b"), true);
  assert.equal(matches("^b", "x\nb", { ...none, multiLine: true }), true);
  assert.equal(matches("a.b", "a\nb"), false);
  assert.equal(matches("a.b", "a\nb", { ...none, dotAll: true }), true);
});

test("what only a backtracking engine can do is refused with a reason", () => {
  for (const pattern of ["(?=a)b", "(a)\\1", "(?<!x)y", "("]) {
    assert.match(String(linearRegex.compile(pattern, none)), /RE2 does not take it/, pattern);
  }
  assert.match(String(linearRegex.compile("a".repeat(5000), none)), /longer/);
});

test("a pattern that would never end elsewhere ends", () => {
  assert.equal(matches("^(?:a+)+$", `${"a".repeat(20_000)}b`), false);
});
