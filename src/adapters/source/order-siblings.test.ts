/** Tests of `order-siblings.ts` and `file-identity.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { headOf, readIdentity, startsWith, writeIdentity } from "./file-identity.ts";
import { orderSiblings } from "./order-siblings.ts";

test("rotated files come oldest first, the live one last, and other files are left out", () => {
  const stamped = [
    "tetragon-2026-01-02T15-04-05.000.log.gz",
    "tetragon-2026-01-02T15-04-05.120.log",
    "tetragon-2026-01-02T16-00-00.000.log",
    "tetragon.log",
  ];
  const others = ["tetragon.log.swp", "tetragon-old.log", "other-2026-01-02T15-04-05.000.log"];
  assert.deepEqual(orderSiblings("tetragon.log", [...stamped, ...others].reverse()), stamped);
  const numbered = ["0.log.10.gz", "0.log.9", "0.log.2", "0.log.1", "0.log"];
  assert.deepEqual(orderSiblings("0.log", [...numbered, "10.log", "0.log.x"].sort()), numbered);
  const dated = ["events-20260101.gz", "events-20260102", "events-20260102-1767312000", "events"];
  assert.deepEqual(orderSiblings("events", [...dated].reverse()), dated);
  const kubelet = ["0.log.20260315-000632.gz", "0.log.20260316-000632", "0.log"];
  assert.deepEqual(orderSiblings("0.log", [...kubelet].reverse()), kubelet);
});

test("what is being compressed is one file, not two", () => {
  const names = ["t.log", "t.log.1", "t.log.1.gz", "t.log.2.gz"];
  assert.deepEqual(orderSiblings("t.log", names), ["t.log.2.gz", "t.log.1", "t.log"]);
});

test("an identity is read as it was written, and nothing else is one", () => {
  const head = headOf(Buffer.from("abc"));
  const identity = { device: "2049", inode: "18446744073709551615", head };
  assert.deepEqual(readIdentity(writeIdentity(identity)), identity);
  for (const text of ["", "1:2", "1:2:3-zz", "1:2:-3-0123456789abcdef", undefined, 7]) {
    assert.equal(readIdentity(text), undefined);
  }
});

test("a file that grew still begins as it did, one that is shorter or other does not", () => {
  const head = headOf(Buffer.from("abc"));
  assert.ok(startsWith(Buffer.from("abcdef"), head));
  assert.equal(startsWith(Buffer.from("ab"), head), false);
  assert.equal(startsWith(Buffer.from("abd"), head), false);
  assert.equal(headOf(Buffer.alloc(5000)).length, 1024);
});
