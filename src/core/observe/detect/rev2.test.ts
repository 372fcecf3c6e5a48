/** Holds what a review found of whom is forgotten. Each test states what should be. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createObserver } from "../../../engine/observe-events.ts";
import { createStory, storyStartUs } from "../../../testing/event-story.ts";
import type { ProcessNode } from "../fold.ts";
import type { Keepers } from "./choose-forgotten.ts";
import { createDetection } from "./detection.ts";
import type { Detector } from "./detector.ts";
import { SubjectStore } from "./subject-book.ts";

const second = 1_000_000;
const nobody: Keepers = { isSpoken: () => false, remembered: () => undefined };

test("5: nodes whose clocks are hours apart do not make each event a sweep", () => {
  const story = createStory();
  const other = createStory("node-2");
  const a = story.exec({ pid: 10, binary: "/usr/sbin/a" });
  other.nowUs -= 2 * 3600 * second;
  const b = other.exec({ pid: 10, binary: "/usr/sbin/b", node: "node-2" });
  for (let at = 0; at < 500; at++) {
    story.open(a, `/tmp/${at}`);
    other.open(b, `/tmp/${at}`);
  }
  let sweeps = 0;
  const counting: Detector<unknown> = {
    name: "counting",
    listings: [],
    start: () => undefined,
    step: () => undefined,
    remembered: () => {
      sweeps += 1;
    },
  };
  const observer = createObserver({
    folds: [createDetection({ detectors: [counting] })],
    emit: () => undefined,
  });
  for (const [at, event] of story.events.entries()) {
    observer.observe(event);
    const beside = other.events[at];
    if (beside !== undefined) observer.observe(beside);
  }
  assert.ok(sweeps < 10, `${sweeps} sweeps of all processes in a second of two nodes`);
});

test("6: one that the tree let go of and knows again is not forgotten before the tree does", () => {
  const store = new SubjectStore({ onForget: () => undefined });
  const story = createStory();
  const tool = story.exec({ pid: 10, binary: "/usr/sbin/a" });
  story.open(tool, "/a");
  story.exit(tool);
  const node = { execId: tool.execId, exitUs: 0, actor: "host", origin: "host" } as ProcessNode;
  const live = { ...node, container: "host:node-1" } as ProcessNode;
  const [exec, open, exit] = story.events as never[];
  store.take(exec, live, storyStartUs);
  // There was no room in the tree; with its next event it is there again.
  store.retire(live);
  store.take(open, live, storyStartUs + 1000 * second);
  store.take(exit, live, storyStartUs + 1000 * second);
  store.sweep(storyStartUs + 1001 * second, nobody);
  assert.ok(store.get(tool.execId) !== undefined, "late events are still its");
});
