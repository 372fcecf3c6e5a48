/** Holds that recent counts are of just the last minutes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RecentCounts } from "./recent-counts.ts";

const minuteUs = 60_000_000;

test("law: of any times no earlier ones are told, and all of minutes that are whole", () => {
  const times = fc.array(fc.nat(12 * minuteUs));
  fc.assert(
    fc.property(times, fc.nat(12 * minuteUs), (all, sinceUs) => {
      const counts = new RecentCounts();
      for (const timeUs of all) counts.note(timeUs);
      assert.equal(counts.total, all.length);
      counts.forgetBefore(sinceUs);
      const countSince = (fromUs: number) => all.filter((timeUs) => timeUs >= fromUs).length;
      assert.equal(counts.total, countSince(Math.ceil(sinceUs / minuteUs) * minuteUs));
      assert.ok(counts.total <= countSince(sinceUs));
      assert.equal(new RecentCounts(counts.dump()).total, counts.total);
    }),
  );
});

test("however far clocks are apart, only some minutes are kept", () => {
  const counts = new RecentCounts();
  for (let at = 99; at >= 0; at--) counts.note(at * minuteUs);
  assert.ok(counts.dump().length <= 16);
  counts.note(200 * minuteUs);
  assert.ok(counts.dump().some(([minute]) => minute === 200));
});
