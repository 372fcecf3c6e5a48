/**
 * Holds that a process which came back under its id is not forgotten with the one before.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hostOf } from "./process-host.ts";
import { createTreeNode } from "./tree-node.ts";
import { createTreeState, forget, noteSession, unlist } from "./tree-state.ts";

test("to forget one leaves the one that has its id now, and its session", () => {
  const state = createTreeState();
  const host = hostOf(state.hosts, "n");
  const start = () => {
    const node = createTreeNode("p", "n", 1);
    node.container = "c";
    state.nodes.set(node.execId, node);
    noteSession(state, node);
    return node;
  };
  const before = start();
  unlist(state, host, before);
  assert.deepEqual([state.nodes.size, state.sessions.size], [0, 0]);
  const again = start();
  const isKept = () => {
    assert.deepEqual([...state.nodes.values()], [again]);
    assert.deepEqual([...(state.sessions.get("c") ?? [])], [again]);
  };
  forget(state, before, () => {});
  isKept();
  forget(state, again, () => {});
  assert.deepEqual([state.nodes.size, state.sessions.size], [0, 0]);
});
