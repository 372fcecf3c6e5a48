/** Holds what an id must be: a real SHA-256, equal only for equal lists. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { fingerprint, sha256 } from "./fingerprint.ts";

test("the hash is SHA-256 for inputs of every length", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(bytes, (input) => {
      assert.equal(sha256(input), createHash("sha256").update(input).digest("hex"));
    }),
  );
});

test("an id has 16 hex digits and tells lists apart that would join to the same text", () => {
  assert.match(fingerprint(["a", "b"]), /^[0-9a-f]{16}$/);
  const lists = [["ab"], ["a", "b"], ["", "ab"], ["ab", ""], ["1:a", "b"]];
  assert.equal(new Set(lists.map((list) => fingerprint(list))).size, lists.length);
});
