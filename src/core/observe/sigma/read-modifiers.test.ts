/** Tests that modifiers are read in their order, and that none is passed over. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readModifiers } from "./read-modifiers.ts";

test("modifiers of one kind add up", () => {
  const read = readModifiers("Field|wide|base64offset|contains|all|cased");
  assert.ok(typeof read === "object");
  assert.deepEqual(read.encodings, ["utf16le", "base64offset"]);
  assert.deepEqual(
    [read.place, read.isAll, read.isCased, read.isNegated],
    ["within", true, true, false],
  );
});

test("a comparison may follow a part of a time", () => {
  const read = readModifiers("time|hour|gte");
  assert.ok(typeof read === "object");
  assert.deepEqual(read.value, { kind: "time", part: "hour", comparison: "gte" });
});

test("what does not go together, or is not known, is told", () => {
  for (const key of ["a|re|contains", "a|gt|lt", "a|m", "a|exists|all", "a|Contains", "a|"]) {
    assert.equal(typeof readModifiers(key), "string", key);
  }
});
