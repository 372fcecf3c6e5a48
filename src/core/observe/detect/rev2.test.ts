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
import { SubjectRecord, subjectKnownAs } from "./subject-record.ts";

const second = 1_000_000;
const nobody: Keepers = { isSpoken: () => false, remembered: () => undefined };

class Book {
  readonly subjects = new Map<string, SubjectRecord>();
  add(execId: string, nowUs: number, entry?: SubjectRecord): SubjectRecord {
    const one = new SubjectRecord(execId, "n", this.subjects.size + 2);
    one.known = subjectKnownAs.exec;
    one.entry = entry ?? one;
    one.parent = entry;
    one.lastUs = nowUs;
    this.subjects.set(execId, one);
    return one;
  }
  addEnded(execId: string, exitUs: number, entry?: SubjectRecord): SubjectRecord {
    const one = this.add(execId, exitUs, entry);
    one.exitUs = exitUs;
    one.treeForgot = true;
    return one;
  }
}

const nowUs = 10_000 * second;

function storeOf(subjects: Iterable<SubjectRecord>): SubjectStore {
  const store = new SubjectStore({ onForget: () => undefined });
  store.restore([...subjects], { images: [], forks: [] });
  // Sessions are as the test says.
  for (const one of subjects) one.settledAt = store.version;
  return store;
}

test("3: of a large session that a rule may still speak of, what goes is counted", () => {
  const book = new Book();
  const root = book.addEnded("root", nowUs - 130 * second);
  for (let at = 0; at < 99; at++) book.addEnded(`one ${at}`, nowUs - 130 * second, root);
  const store = storeOf(book.subjects.values());
  store.sweep(nowUs, { ...nobody, remembered: (note) => note("one 1") });
  const left = store.subjects.size;
  assert.equal(left + root.omittedCount, 100, `${left} left, ${root.omittedCount} counted`);
});

test("4: what was over for long before a rule speaks is no loss of the session", () => {
  const book = new Book();
  const root = book.add("root", nowUs);
  const store = storeOf(book.subjects.values());
  // A script that starts five programs each second, for an hour.
  let at = 0;
  let time = nowUs;
  for (let step = 0; step < 120; step++) {
    time += 30 * second;
    for (let n = 0; n < 150; n++) {
      const one = new SubjectRecord(`x${at++}`, "n", 100 + at);
      one.known = subjectKnownAs.exec;
      one.entry = one.parent = root;
      one.exitUs = one.lastUs = time - 121 * second;
      one.treeForgot = true;
      one.settledAt = store.version;
      store.subjects.set(one.execId, one);
    }
    store.sweep(time, nobody);
  }
  // In ten minutes there are 3,000: more cannot have been lost of what could be told.
  assert.ok(root.omittedCount <= 3000, `${root.omittedCount} of an hour`);
});

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
