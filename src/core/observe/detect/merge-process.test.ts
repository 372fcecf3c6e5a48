/** Holds that what is known best of a process wins, whenever it is heard. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createStory } from "../../../testing/event-story.ts";
import { inheritFrom, mergeProcess } from "./merge-process.ts";
import { SubjectRecord, subjectKnownAs } from "./subject-record.ts";

const story = createStory();

test("the exec of a process says more than what its children say of it, in any order", () => {
  const block = story.exec({ pid: 10, binary: "/bin/sh", arguments: "-c id" });
  const named = { ...block, arguments: "", cwd: "" };
  const blocks = [
    [block, subjectKnownAs.exec],
    [named, subjectKnownAs.parent],
  ] as const;
  for (const order of [blocks, blocks.toReversed()]) {
    const subject = new SubjectRecord(block.execId, "n", 10);
    for (const [one, known] of order) mergeProcess(subject, one, known);
    assert.deepEqual([subject.name, subject.arguments], ["sh", "-c id"]);
    assert.equal(subject.known, subjectKnownAs.exec);
  }
});

test("arguments are kept up to the room there is, and that they were cut", () => {
  const block = story.exec({ pid: 11, binary: "/bin/sh", arguments: "a".repeat(300) });
  const subject = new SubjectRecord(block.execId, "n", 11);
  assert.equal(mergeProcess(subject, block, subjectKnownAs.exec, 256), false);
  assert.ok(subject.arguments.length <= 256 && subject.argumentsCut);
  assert.equal(mergeProcess(subject, block, subjectKnownAs.exec), false, "it says nothing new");
});

test("a fork has the arguments of its parent, another program has its own", () => {
  const block = story.exec({ pid: 12, binary: "/bin/sh", arguments: "-c id" });
  const parent = new SubjectRecord(block.execId, "n", 12);
  mergeProcess(parent, block, subjectKnownAs.exec);
  const texts = ["/bin/sh", "/bin/id"].map((binary) => {
    const one = new SubjectRecord(binary, "n", 13);
    mergeProcess(one, { ...block, binary, arguments: "" }, subjectKnownAs.itself);
    inheritFrom(parent, one);
    return one.arguments;
  });
  assert.deepEqual(texts, ["-c id", ""]);
});
