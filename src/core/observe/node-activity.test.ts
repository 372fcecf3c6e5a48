/** Tests when silence of a node is a gap. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createActivity, findGaps, noteActivity } from "./node-activity.ts";

const minuteUs = 60_000_000;

function gapsOf(minutes: readonly number[]): readonly (readonly number[])[] {
  const activity = createActivity();
  for (const minute of minutes) noteActivity(activity, minute * minuteUs + 5);
  return findGaps(activity).map(({ sinceUs, untilUs }) => [sinceUs / minuteUs, untilUs / minuteUs]);
}

const range = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);

test("a break of a busy node is a gap", () => {
  assert.deepEqual(gapsOf([...range(0, 30), ...range(36, 60)]), [[30, 36]]);
});

test("short breaks are none", () => {
  assert.deepEqual(gapsOf([...range(0, 30), ...range(34, 60)]), []);
});

test("a node that is quiet by habit has no gaps", () => {
  assert.deepEqual(gapsOf(range(0, 600, 4)), []);
  assert.deepEqual(gapsOf([0, 1, 2, 1440, 1441, 1442, 2880, 2881].map((m) => m * 3)), []);
});

test("the more often a node is silent, the longer a gap must be", () => {
  const everyOther = (from: number, to: number) => range(from, to, 2);
  assert.deepEqual(gapsOf([...everyOther(0, 100), ...everyOther(110, 200)]), []);
  assert.equal(gapsOf([...everyOther(0, 100), ...everyOther(140, 200)]).length, 1);
});
