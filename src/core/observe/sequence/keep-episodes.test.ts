/**
 * Tries what is kept of acts that say the same once more.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ActScene, sceneAct } from "../../../testing/act-scene.ts";
import { createState, isRepeat } from "./keep-episodes.ts";

test("the pieces of one write are one; another file, process or time is another", () => {
  const scene = new ActScene();
  const one = scene.add({ pid: 1, binary: "/usr/bin/curl" });
  const other = scene.add({ pid: 2, binary: "/usr/bin/curl" });
  const state = createState();
  const write = (subject: typeof one, timeUs: number, path: string) =>
    isRepeat(state, sceneAct(subject, timeUs, { kind: "write", path }));
  assert.equal(write(one, 1, "/tmp/a"), false);
  assert.equal(write(one, 2, "/tmp/a"), true);
  assert.equal(write(one, 3, "/tmp/b"), false);
  assert.equal(write(other, 4, "/tmp/b"), false);
  assert.equal(write(other, 2_000_004, "/tmp/b"), false);
  assert.equal(isRepeat(state, sceneAct(one, 5, { kind: "delete", path: "/tmp/b" })), false);
  assert.equal(isRepeat(state, sceneAct(one, 6, { kind: "delete", path: "/tmp/b" })), false);
});
