/** Holds where a stream says that it is, and where it says that something is odd. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LiveLab } from "../testing/live-lab.ts";
import { recordedLines, recordedMessages } from "../testing/recorded-events.ts";

const name = "follow:a";
const line = Buffer.from(recordedLines("pairs")[0] ?? assert.fail());
const whole = Buffer.concat([line, Buffer.from("\n")]);

function give(lab: LiveLab, bytes: Uint8Array, at: { file: string; offset: number }): void {
  lab.take({ kind: "bytes", bytes, at: { ...at, inode: 7 } });
}

test("a position is where the first line begins that is not done, as its source said", () => {
  const lab = new LiveLab();
  const { observation } = lab;
  assert.equal(observation.stream(name).position, undefined);
  give(lab, whole.subarray(0, 100), { file: "f", offset: 0 });
  assert.deepEqual(observation.positions, { [name]: { file: "f", inode: 7, offset: 0 } });
  give(lab, whole.subarray(100), { file: "f", offset: 100 });
  assert.equal(observation.stream(name).position?.["offset"], whole.length);
  lab.take({ kind: "file-ended" });
  assert.equal(observation.stream(name).position?.["offset"], whole.length);
  lab.take({ kind: "messages", messages: recordedMessages().slice(0, 1) }, "tetragon:b");
  assert.deepEqual(Object.keys(lab.observation.positions), [name]);
});

test("odd places are counted over all files, and have a line only in the first one", () => {
  const lab = new LiveLab();
  give(lab, whole, { file: "f", offset: 0 });
  give(lab, Buffer.concat([Buffer.from("\0"), whole]), { file: "g", offset: 0 });
  give(lab, Buffer.from("bad\n"), { file: "g", offset: whole.length + 1 });
  const [bad, nul] = ["line-not-json", "nul-bytes"].map((code) => {
    return lab.problems.list().find((problem) => problem.code === code)?.first;
  });
  assert.deepEqual(nul, { input: name, offset: whole.length, line: 0 });
  assert.deepEqual(bad, { input: name, offset: 2 * whole.length + 1, line: 0 });
});

test("a source begins where it was left, though nothing else is known of it", () => {
  const lab = new LiveLab();
  lab.observation.stream(name).beginAt({ file: "f", offset: 500 });
  lab.restart(false);
  assert.deepEqual(lab.observation.positions, { [name]: { file: "f", offset: 500 } });
  give(lab, Buffer.from("bad\n"), { file: "f", offset: 500 });
  give(lab, whole, { file: "f", offset: 504 });
  // The first line of what is read is not the first of the file: it was not cut.
  assert.equal(lab.losses("damaged-file").length, 1);
  assert.equal(lab.records[0]?.offset, 504);
});

test("messages of one signal are told apart as if each had come by itself", () => {
  // More than are decoded together.
  const good = recordedMessages().slice(0, 150);
  const [first = assert.fail()] = good;
  const cut = first.subarray(0, first.length - 3);
  const messages = [...good.slice(0, 9), cut, ...good.slice(9), first, cut];
  const [together, apart] = [new LiveLab(), new LiveLab()];
  together.take({ kind: "messages", messages }, "tetragon:b");
  for (const one of messages) apart.take({ kind: "messages", messages: [one] }, "tetragon:b");
  const told = ({ problems, records, observation }: LiveLab) => ({
    problems: problems.list(),
    records: [...records],
    inputs: observation.inputs(),
    facts: observation.openFacts(),
  });
  assert.deepEqual(told(together), told(apart));
  const broken = together.problems.list().find(({ code }) => code === "message-broken");
  assert.deepEqual(broken?.first, { input: "tetragon:b", offset: 9, line: 10 });
  assert.equal(broken?.count, 2);
  assert.equal(together.records.at(-1)?.offset, good.length);
  assert.equal(together.observation.inputs()[0]?.duplicateCount, 1);
});
