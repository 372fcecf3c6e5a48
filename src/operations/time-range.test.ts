/** Tests of `time-range.ts`: what people write as a time, and what it means. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readDuration, readTime, readTimeBound, resolveTimeBound } from "./time-range.ts";

const day = Date.UTC(2026, 2, 1) * 1000;

test("an ISO time is a point in time, UTC where no offset is given", () => {
  assert.deepEqual(readTimeBound("2026-03-01T00:00:00Z", "since"), { kind: "time", us: day });
  assert.deepEqual(readTimeBound("2026-03-01T00:00:00", "since"), { kind: "time", us: day });
  assert.deepEqual(readTimeBound("2026-03-01 00:00", "since"), { kind: "time", us: day });
  assert.deepEqual(readTimeBound("2026-03-01", "since"), { kind: "time", us: day });
  assert.deepEqual(readTimeBound("2026-03-01T02:00:00+02:00", "since"), { kind: "time", us: day });
  assert.equal(readTime("2026-03-01T02:00:00+0200"), day);
  assert.equal(readTime("2024-02-29"), Date.UTC(2024, 1, 29) * 1000);
});

test("a duration counts back from the last event", () => {
  const bound = readTimeBound("1h30m", "since");
  assert.equal(resolveTimeBound(bound, day), day - 5_400_000_000);
});

test("durations are sums of whole units", () => {
  assert.equal(readDuration("90s"), 90_000_000);
  assert.equal(readDuration("500ms"), 500_000);
  assert.equal(readDuration("2d"), 172_800_000_000);
  for (const text of ["", "5", "h", "1.5h", "-1h", "1h ", "999999999d999999999d"]) {
    assert.equal(readDuration(text), undefined, text);
  }
});

test("anything else is refused with examples", () => {
  for (const text of ["yesterday", "", "2026-13-01", "2026-02-31", "2026-03-01 (x)", "12:00"]) {
    assert.throws(() => readTimeBound(text, "--since"), /--since takes an ISO time such as/, text);
  }
});
