/** Holds that ids of one container give one key, and that hosts are never containers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { containerKey, hostKey, isHostKey } from "./container-key.ts";

test("a whole id and the part of it that events carry are one container", () => {
  assert.equal(containerKey("f".repeat(64)), "f".repeat(31));
  const id = "0123456789abcdef".repeat(4);
  assert.equal(containerKey(id), containerKey(id.slice(0, 31)));
  assert.notEqual(containerKey(id), containerKey(`f${id.slice(1)}`));
});

test("the processes of a node are no container's, also of a node without a name", () => {
  assert.equal(hostKey("n"), "host:n");
  assert.equal(isHostKey(hostKey("")), true);
  assert.equal(isHostKey(hostKey("node-1")), true);
  assert.notEqual(hostKey("node-1"), hostKey("node-2"));
  assert.equal(isHostKey(containerKey("0123456789abcdef".repeat(4))), false);
});
