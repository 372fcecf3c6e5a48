/**
 * Holds the tests of the rhythm of reading, against a socket that fills at some rate.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ReadPace } from "./read-pace.ts";

const bufferBytes = 64 * 1024;
/** What a socket of Linux holds of events, each written by itself. */
const socketBytes = 100 * 1024;

/** Reads from a socket that a server fills; the latest pauses, and the bytes a millisecond. */
function readAtRate(bytesPerMs: number, readCount: number) {
  const pace = new ReadPace(bufferBytes);
  let waiting = 0;
  let readBytes = 0;
  let elapsedMs = 0;
  const pauses: number[] = [];
  for (let n = 0; n < readCount; n++) {
    // Reading itself takes a while.
    const sinceMs = (pauses.at(-1) ?? 0) + 0.1;
    elapsedMs += sinceMs;
    waiting = Math.min(socketBytes, waiting + bytesPerMs * sinceMs);
    const sizeBytes = Math.min(bufferBytes, waiting);
    waiting -= sizeBytes;
    readBytes += sizeBytes;
    pauses.push(pace.afterRead(sizeBytes));
  }
  return { pauses: pauses.slice(-20), rate: readBytes / elapsedMs };
}

test("a quiet connection is read seldom, and never later than forty milliseconds", () => {
  const { pauses } = readAtRate(10, 200);
  assert.deepEqual(new Set(pauses), new Set([40]));
});

test("what comes at a usual rate is read in sips of some size", () => {
  // 1,100 events a second.
  const { pauses, rate } = readAtRate(1500, 500);
  assert.ok(
    pauses.every((ms) => ms >= 10 && ms <= 40),
    `${pauses}`,
  );
  assert.ok(rate > 1400, `${rate}`);
});

test("a server that has more than the socket holds is not held up by pauses", () => {
  for (const bytesPerMs of [30_000, 300_000]) {
    const { rate } = readAtRate(bytesPerMs, 5000);
    assert.ok(rate > bytesPerMs * 0.9, `${rate} of ${bytesPerMs}`);
  }
});

test("after a read that filled the memory the next comes at once", () => {
  const pace = new ReadPace(bufferBytes);
  for (let n = 0; n < 20; n++) pace.afterRead(100);
  assert.equal(pace.afterRead(bufferBytes), 0);
  // Both together were much: the pause is half as long.
  assert.equal(pace.afterRead(100), 20);
});
