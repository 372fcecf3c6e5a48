/** Tests what is compared for each type of correlation. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CorrelationEntry, canHoldEarly, holdsWithin } from "./correlation-window.ts";
import type { BoundOperator, CorrelationType } from "./decode-correlation.ts";

function holds(
  type: CorrelationType,
  told: readonly (readonly [rule: number, value: string])[],
  operator: BoundOperator,
  value: number,
): boolean {
  const entries = told.map(([rule, one], timeUs): CorrelationEntry => {
    return { timeUs, rule, value: one, execId: "x", values: {} };
  });
  const asked = { type, rules: ["a", "b", "c"], bounds: [{ operator, value }], percentile: 50 };
  return holdsWithin(asked, entries);
}

test("each comparison means what it says", () => {
  const two = [
    [0, ""],
    [0, ""],
  ] as const;
  const meant: readonly (readonly [BoundOperator, readonly boolean[]])[] = [
    ["gt", [true, false, false]],
    ["gte", [true, true, false]],
    ["lt", [false, false, true]],
    ["lte", [false, true, true]],
    ["eq", [false, true, false]],
    ["neq", [true, false, true]],
  ];
  for (const [operator, expected] of meant) {
    const found = [1, 2, 3].map((value) => holds("event_count", two, operator, value));
    assert.deepEqual(found, expected, operator);
  }
});

test("an order may have gaps and repetitions, and counts from where it is longest", () => {
  const order = (...rules: readonly number[]) =>
    [1, 2, 3].filter((length) =>
      holds(
        "temporal_ordered",
        rules.map((rule) => [rule, ""] as const),
        "eq",
        length,
      ),
    );
  assert.deepEqual(order(0, 0, 1, 0, 2), [3]);
  assert.deepEqual(order(2, 1, 0), [1]);
  assert.deepEqual(order(1, 0, 2), [2]);
});

test("a median lies between the two in the midst", () => {
  assert.equal(
    holds(
      "value_median",
      [
        [0, "1"],
        [0, "4"],
      ],
      "eq",
      2.5,
    ),
    true,
  );
  assert.equal(
    holds(
      "value_avg",
      [
        [0, "1"],
        [0, "4"],
      ],
      "eq",
      2.5,
    ),
    true,
  );
  assert.equal(holds("value_avg", [], "neq", 1), false);
});

test("only what grows with events is told before its time is over", () => {
  const early = (type: CorrelationType, operator: BoundOperator) =>
    canHoldEarly({ type, bounds: [{ operator, value: 1 }] });
  assert.equal(early("event_count", "gte"), true);
  assert.equal(early("event_count", "eq"), false);
  assert.equal(early("value_avg", "gte"), false);
});
