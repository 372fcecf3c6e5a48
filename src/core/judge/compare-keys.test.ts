/** Holds that the first key that differs decides. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareKeys } from "./compare-keys.ts";

test("the first key that differs decides, and equal keys decide nothing", () => {
  assert.ok(compareKeys([1, 9, 9], [2, 0, 0]) < 0);
  assert.ok(compareKeys([1, 3, 0], [1, 2, 9]) > 0);
  assert.equal(compareKeys([1, 2], [1, 2]), 0);
});
