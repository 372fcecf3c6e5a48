/** Tests of `same-list.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isSameList } from "./same-list.ts";

test("lists are the same by items and places, not by what they begin with", () => {
  const list = ["a", "b"];
  assert.ok(isSameList(list, list));
  assert.ok(isSameList(list, ["a", "b"]));
  assert.ok(isSameList([], []));
  for (const other of [[], ["a"], ["b", "a"], ["a", "b", "c"]]) {
    assert.equal(isSameList(list, other), false);
    assert.equal(isSameList(other, list), false);
  }
});
