/** Holds the spans around places where something is missing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DamageGauge } from "./damage-gauge.ts";
import type { DamageSpan } from "./event-input.ts";

const second = 1_000_000;

test("a span goes from the event before the first place to the one after the last", () => {
  const gauge = new DamageGauge();
  assert.equal(gauge.span(), undefined);
  gauge.pass(10 * second);
  gauge.add();
  assert.deepEqual(gauge.span(), { count: 1, sinceUs: 10 * second, untilUs: 0 });
  gauge.pass(12 * second);
  gauge.pass(20 * second);
  gauge.add();
  gauge.pass(21 * second);
  assert.deepEqual(gauge.span(), { count: 2, sinceUs: 10 * second, untilUs: 21 * second });
});

test("an event that came late does not end a span, a clock that was set back does", () => {
  const gauge = new DamageGauge();
  gauge.pass(100 * second);
  gauge.add();
  gauge.pass(70 * second);
  assert.equal(gauge.span()?.untilUs, 0);
  gauge.pass(101 * second);
  assert.equal(gauge.span()?.untilUs, 101 * second);
  gauge.add();
  gauge.pass(2 * second);
  assert.deepEqual(gauge.span(), { count: 2, sinceUs: 100 * second, untilUs: 101 * second });
});

test("without an end, each stretch is told when nothing more comes for a minute", () => {
  const over: DamageSpan[] = [];
  const take = (span: DamageSpan) => void over.push(span);
  let gauge = new DamageGauge(undefined, take);
  for (const [atSeconds, count] of [
    [100, 1],
    [130, 3],
    [900, 1],
    [2000, 0],
  ] as const) {
    gauge.pass(atSeconds * second);
    if (count > 0) gauge.add(count);
    gauge = new DamageGauge(structuredClone(gauge.dump()), take);
    gauge.pass((atSeconds + 1) * second);
  }
  assert.deepEqual(over, [
    { count: 4, sinceUs: 100 * second, untilUs: 131 * second },
    { count: 1, sinceUs: 900 * second, untilUs: 901 * second },
  ]);
  assert.equal(gauge.span(), undefined);
});
