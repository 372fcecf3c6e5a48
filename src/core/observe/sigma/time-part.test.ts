/** Tests the parts of times, weeks above all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { timePart } from "./time-part.ts";

const week = (text: string) => timePart(Date.parse(`${text}T12:00:00Z`) * 1000, "week");

test("weeks are those of ISO 8601", () => {
  assert.deepEqual(
    ["2026-01-01", "2024-12-30", "2021-01-03", "2020-12-31"].map(week),
    [1, 1, 53, 53],
  );
  assert.equal(week("2026-01-04"), 1);
  assert.equal(week("2026-01-05"), 2);
});

test("the last second of a year is still in it", () => {
  const timeUs = Date.UTC(2025, 11, 31, 23, 59, 59) * 1000 + 999_999;
  assert.equal(timePart(timeUs, "year"), 2025);
  assert.equal(timePart(timeUs, "month"), 12);
});
