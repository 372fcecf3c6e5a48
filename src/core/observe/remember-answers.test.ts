/** Holds that a remembered answer is the one that was given, and that answers stay few. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { rememberAnswers } from "./remember-answers.ts";

test("a text is asked once, until there are too many", () => {
  const asked: string[] = [];
  const ask = rememberAnswers((text) => {
    asked.push(text);
    return [text.length];
  }, 2);
  const first = ask("one");
  assert.equal(ask("one"), first);
  assert.deepEqual(ask("three"), [5]);
  assert.deepEqual(asked, ["one", "three"]);
  assert.deepEqual(ask("four"), [4]);
  assert.deepEqual(ask("one"), [3]);
  assert.deepEqual(asked, ["one", "three", "four", "one"]);
});
