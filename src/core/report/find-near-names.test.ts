/** Holds which names are near. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { editDistance, findNearNames } from "./find-near-names.ts";

test("a slip of the finger, a missing part and a longer name are near; others are not", () => {
  const names = ["openssl", "libssl1.1", "zlib", "OpenSSH"];
  assert.deepEqual(findNearNames("opensll", names), ["openssl", "OpenSSH"]);
  assert.ok(findNearNames("libssl", names).includes("libssl1.1"));
  assert.deepEqual(findNearNames("quantum", names), []);
  assert.deepEqual(findNearNames("", names), []);
});

test("at most five are given, the nearest first, whatever the order of the candidates", () => {
  const names = Array.from({ length: 50 }, (_, index) => `CVE-2024-${1000 + index}`);
  const near = findNearNames("cve-2024-1007", names);
  assert.equal(near.length, 5);
  assert.equal(near[0], "CVE-2024-1007");
  assert.deepEqual(findNearNames("cve-2024-1007", [...names].reverse()), near);
});

test("very long candidates cost little", () => {
  assert.deepEqual(findNearNames("x".repeat(1e6), ["y".repeat(1e6)]), []);
});

test("the distance is symmetric and zero only for equal words", () => {
  assert.equal(editDistance("kitten", "sitting"), 3);
  assert.equal(editDistance("sitting", "kitten"), 3);
  assert.equal(editDistance("", "abc"), 3);
  assert.equal(editDistance("same", "same"), 0);
});
