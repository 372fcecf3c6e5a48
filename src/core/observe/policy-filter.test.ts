/** Tests what single filters of a policy let through. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { passesNumber, readPathFilter } from "./policy-filter.ts";

test("operators on paths become patterns", () => {
  assert.deepEqual(readPathFilter("Equal", ["/a"]).watched, ["=/a"]);
  assert.deepEqual(readPathFilter("Prefix", ["/a", "/b"]).watched, ["/a", "/b"]);
  assert.deepEqual(readPathFilter("Postfix", [".so"]).watched, ["*.so"]);
  assert.deepEqual(readPathFilter("NotEqual", ["/a"]).excepted, ["=/a"]);
  assert.equal(readPathFilter("NotEqual", ["/a"]).watched, undefined);
  assert.equal(readPathFilter("InMap", ["x"]).isUnderstood, false);
  assert.equal(readPathFilter("NotFileType", ["reg"]).isUnderstood, false);
});

test("operators on numbers say whether a value passes, or that they are not understood", () => {
  assert.equal(passesNumber("Mask", ["6"], 4), true);
  assert.equal(passesNumber("Mask", ["2"], 4), false);
  assert.equal(passesNumber("Equal", ["4", "5"], 5), true);
  assert.equal(passesNumber("NotEqual", ["4"], 5), true);
  assert.equal(passesNumber("GT", ["4"], 5), true);
  assert.equal(passesNumber("LessThan", ["4"], 5), false);
  assert.equal(passesNumber("InRange", ["1:9"], 5), undefined);
  assert.equal(passesNumber("Equal", ["PROT_EXEC"], 5), undefined);
  assert.equal(passesNumber("Equal", [], 5), undefined);
});
