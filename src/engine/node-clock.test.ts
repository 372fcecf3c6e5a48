/** Holds what times of arrival say about a recording. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NodeClock } from "./node-clock.ts";

const secondUs = 1_000_000;

function clockOf(times: readonly number[]): NodeClock {
  const clock = new NodeClock("n");
  for (const time of times) clock.add(time, false);
  return clock;
}

test("the span is from the earliest to the latest, in whatever order they came", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 52 }), { minLength: 1 }), (times) => {
      const span = clockOf(times).span();
      assert.equal(span.firstUs, Math.min(...times));
      assert.equal(span.lastUs, Math.max(...times));
      assert.equal(span.eventCount, times.length);
    }),
  );
});

test("disorder is counted, and what two minutes cannot put right apart", () => {
  const span = clockOf([1000, 999, 1001, 1000].map((time) => time * secondUs)).span();
  assert.deepEqual([span.disorderCount, span.disorderMaxUs, span.farCount], [2, secondUs, 0]);
  const far = clockOf([1000, 879, 1001].map((time) => time * secondUs)).span();
  assert.equal(far.farCount, 1);
});

test("only silence far beyond the usual, and of a minute at least, is a gap", () => {
  const steady = Array.from({ length: 5000 }, (_, n) => 1 + n * 1000);
  const last = steady.at(-1) ?? 0;
  assert.deepEqual(clockOf([...steady, last + 59 * secondUs]).span().gaps, []);
  assert.deepEqual(clockOf([...steady, last + 61 * secondUs]).span().gaps, [
    { sinceUs: last, untilUs: last + 61 * secondUs },
  ]);
  const slow = Array.from({ length: 5000 }, (_, n) => 1 + n * 30 * secondUs);
  assert.deepEqual(clockOf([...slow, (slow.at(-1) ?? 0) + 200 * secondUs]).span().gaps, []);
});

test("of very many gaps the longest are kept", () => {
  const times: number[] = [];
  let now = 1;
  for (let gap = 0; gap < 100; gap++) {
    for (let step = 0; step < 2000; step++) {
      now += 1000;
      times.push(now);
    }
    now += (100 + gap) * secondUs;
  }
  const { gaps } = clockOf(times).span();
  assert.equal(gaps.length, 64);
  assert.ok(gaps.every(({ sinceUs, untilUs }) => untilUs - sinceUs > 134 * secondUs));
});

test("law: a clock that goes on from a copy tells the same", () => {
  const steps = fc.array(fc.integer({ min: -5, max: 300 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(steps, fc.nat(60), (seconds, place) => {
      let nowUs = 1000 * secondUs;
      const times = seconds.map((step) => (nowUs += step * secondUs));
      const first = clockOf(times.slice(0, place));
      const second = new NodeClock("n", structuredClone(first.dump()));
      for (const time of times.slice(place)) second.add(time, false);
      assert.deepEqual(second.dump(), clockOf(times).dump());
      assert.deepEqual(second.span(), clockOf(times).span());
      assert.deepEqual(first.dump(), clockOf(times.slice(0, place)).dump(), "the original stays");
    }),
  );
});
