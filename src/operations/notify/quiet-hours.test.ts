/** Tests of `quiet-hours.ts` and `back-off.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { backOffMs, HourlyRate } from "./back-off.ts";
import { quietForMs } from "./quiet-hours.ts";

const us = (time: string) => Date.parse(time) * 1000;
const minutes = (ms: number) => ms / 60_000;

test("quiet hours are those of their place, over midnight too", () => {
  const night = { from: "22:00", to: "07:00", timezone: "Europe/Berlin" };
  const cases = [
    ["2026-01-02T20:59:59Z", 0],
    ["2026-01-02T21:00:00Z", 9 * 60],
    ["2026-01-03T05:59:30Z", 0.5],
    ["2026-01-03T06:00:00Z", 0],
    // In summer the clock there is two hours ahead.
    ["2026-07-02T19:59:00Z", 0],
    ["2026-07-02T20:00:00Z", 9 * 60],
  ] as const;
  for (const [time, wanted] of cases) {
    assert.equal(minutes(quietForMs(night, us(time))), wanted, time);
  }
  const day = { from: "12:00", to: "13:30" };
  assert.equal(minutes(quietForMs(day, us("2026-01-02T13:00:00Z"))), 30);
  assert.equal(quietForMs(day, us("2026-01-02T13:30:00Z")), 0);
  assert.equal(quietForMs({ from: "08:00", to: "08:00" }, us("2026-01-02T08:00:00Z")), 0);
  assert.equal(quietForMs(undefined, us("2026-01-02T08:00:00Z")), 0);
});

test("whenever it is quiet, it ends within a day, after as long as was said", () => {
  const clock = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }));
  const write = ([hour, minute]: readonly [number, number]) =>
    `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
  fc.assert(
    fc.property(clock, clock, fc.integer({ min: 1e15, max: 2e15 }), (from, to, nowUs) => {
      const hours = { from: write(from), to: write(to) };
      const ms = quietForMs(hours, nowUs);
      assert.ok(ms >= 0 && ms <= 24 * 3_600_000);
      if (ms > 0) assert.equal(quietForMs(hours, nowUs + ms * 1000), 0);
    }),
  );
});

test("waits grow to five minutes, differ by chance, and never undercut what was asked", () => {
  assert.equal(backOffMs(1, 0, undefined), 500);
  assert.equal(backOffMs(1, 0.999, undefined), 1000);
  assert.equal(backOffMs(4, 0, undefined), 4000);
  assert.equal(backOffMs(1000, 0.999, undefined) <= 300_000, true);
  fc.assert(
    fc.property(
      fc.nat(2000),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      fc.nat(),
      (n, chance, asked) => {
        assert.ok(backOffMs(n + 1, chance, asked) >= asked);
        const own = backOffMs(n + 1, chance, undefined);
        assert.ok(own >= 500 && own <= 300_000 && Number.isInteger(own));
      },
    ),
  );
});

test("in no hour do more go than the rate allows", () => {
  const rate = new HourlyRate(3);
  const sent: number[] = [];
  for (let nowMs = 0; nowMs < 10 * 3_600_000; nowMs += 60_000) {
    if (rate.waitMs(nowMs) > 0) continue;
    rate.note(nowMs);
    sent.push(nowMs);
  }
  assert.equal(sent.length, 30);
  for (const time of sent) {
    const inHour = sent.filter((one) => one > time - 3_600_000 && one <= time);
    assert.ok(inHour.length <= 3);
  }
  assert.equal(new HourlyRate(1).waitMs(5), 0);
});
