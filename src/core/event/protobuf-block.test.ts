/** Holds which parts of a process message may vary, in protobuf. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findProtobufHoles, protobufBlockShape } from "./protobuf-block.ts";

/** exec_id "a", pod { namespace "n", two labels, workload "w" }, refcnt 3, tid 200. */
const pod = [10, 1, 110, 42, 3, 10, 1, 97, 42, 4, 10, 2, 98, 98, 50, 1, 119];
const message = Uint8Array.from([
  ...[10, 1, 97, 82, pod.length, ...pod],
  ...[104, 3],
  ...[130, 1, 3, 8, 200, 1],
]);

test("the counter, the labels and the thread id are holes", () => {
  const { list, tid } = findProtobufHoles(message, 0, message.length);
  assert.deepEqual(list, [
    { start: 8, end: 19, isRun: true },
    { start: 23, end: 24 },
    { start: 28, end: 30 },
  ]);
  assert.equal(tid, 2);
});

test("holes are offsets from the message's own start", () => {
  const shifted = Uint8Array.from([0, 0, 0, 0, ...message, 0]);
  const { list } = findProtobufHoles(shifted, 4, 4 + message.length);
  assert.deepEqual(list, findProtobufHoles(message, 0, message.length).list);
});

test("a hole keeps its length and its kind", () => {
  const run = { start: 0, end: 5, isRun: true };
  const number = { start: 0, end: 2 };
  const endOf = (bytes: readonly number[], hole: typeof run | typeof number) =>
    protobufBlockShape.endOfHole(Uint8Array.from(bytes), 0, bytes.length, hole);
  assert.equal(endOf([42, 3, 10, 1, 97], run), 5);
  assert.equal(endOf([66, 3, 10, 1, 97], run), 5);
  assert.equal(endOf([42, 4, 10, 1, 97], run), -1);
  assert.equal(endOf([18, 3, 10, 1, 97], run), -1);
  assert.equal(endOf([42, 3, 10, 1], run), -1);
  assert.equal(endOf([0x80, 1], number), 2);
  assert.equal(endOf([5, 1], number), -1);
  assert.equal(endOf([0x80, 0x80], number), -1);
});
