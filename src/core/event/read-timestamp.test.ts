/** Holds what a timestamp of the wire tells, and where the cursor is afterwards. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BrokenMessage, ProtobufCursor } from "./protobuf-cursor.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";
import { readTimestamp } from "./read-timestamp.ts";

function read(bytes: Uint8Array, rest = 0): { timeUs: number; at: number; end: number } {
  const cursor = new ProtobufCursor();
  cursor.open(bytes, 0, bytes.length);
  const timeUs = readTimestamp(cursor, bytes.length - rest);
  return { timeUs, at: cursor.at, end: cursor.end };
}

const moment = (seconds: number, nanos: number) =>
  new ProtobufWriter().varint(1, seconds).varint(2, nanos).finish();

test("seconds and nanoseconds are microseconds, and the cursor stands behind them", () => {
  const bytes = moment(1_764_000_000, 123_456_789);
  const whole = Uint8Array.of(...bytes, 0xff);
  const expected = { timeUs: 1_764_000_000_123_456, at: bytes.length, end: whole.length };
  assert.deepEqual(read(whole, 1), expected);
  assert.equal(read(new Uint8Array(0)).timeUs, 0);
});

test("parts out of range tell -1, bytes that end early throw", () => {
  assert.equal(read(moment(1, 1_000_000_000)).timeUs, -1);
  assert.equal(read(moment(999_999_999_999_999, 0)).timeUs, -1);
  assert.throws(() => read(moment(1, 2).subarray(0, 3)), BrokenMessage);
});
