/**
 * Tests of `fork-detection.ts`: copies stand by themselves, and are made without recursion.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DetectionState } from "./detection-state.ts";
import { forkDetection } from "./fork-detection.ts";
import { SubjectRecord } from "./subject-record.ts";

test("subjects in a chain of any length are copied, each once, and linked as they were", () => {
  const state = new DetectionState();
  let last = new SubjectRecord("p0", "n", 1);
  const root = last;
  for (let at = 1; at < 100_000; at += 1) {
    const subject = new SubjectRecord(`p${at}`, "n", at + 1);
    subject.parent = last;
    subject.entry = root;
    last.next = subject;
    last = subject;
  }
  root.forgotten = true;
  root.isSpoken = true;
  const forked = forkDetection(state, { detectors: [] }, new Set([last]));
  const { subjects } = forked.book;
  assert.equal(subjects.size, 99_999, "one that was forgotten is only pointed at");
  assert.equal(forked.hasSpoken, true);
  const copy = subjects.get(last.execId) ?? assert.fail("it is of the part");
  assert.notEqual(copy, last);
  assert.equal(copy.parent, subjects.get(last.parent?.execId ?? ""));
  assert.equal(copy.parent?.next, copy);
  assert.equal(copy.entry.execId, root.execId);
  assert.notEqual(copy.entry, root);
  copy.actor = "operator";
  copy.treeForgot = true;
  assert.equal(last.actor, "host");
  assert.equal(last.treeForgot, false);
});

test("what a copy loses is its own", () => {
  const state = new DetectionState();
  const lose = ({ losses }: DetectionState, timeUs: number) =>
    losses.note({ node: "n", container: "c" }, "detect-flood", timeUs, "why");
  lose(state, 1);
  const before = structuredClone(state.losses.dump());
  const forked = forkDetection(state, { detectors: [] }, new Set());
  assert.deepEqual(forked.losses.dump(), before);
  lose(forked, 2);
  assert.deepEqual(state.losses.dump(), before);
  assert.notDeepEqual(forked.losses.dump(), before);
});

test("of nothing the copy is empty, and only detectors that end something begin", () => {
  const started: string[] = [];
  const detector = (name: string) => {
    const start = () => started.push(name);
    return { name, listings: [], start, step: () => {} };
  };
  const detectors = [detector("still"), { ...detector("ends"), finish: () => {} }];
  const forked = forkDetection(new DetectionState(), { detectors }, new Set());
  assert.equal(forked.book.subjects.size, 0);
  assert.deepEqual(started, ["ends"]);
});
