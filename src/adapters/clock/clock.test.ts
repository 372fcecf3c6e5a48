/** Tests of `system-clock.ts` and `manual-clock.ts`. */
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { ManualClock } from "./manual-clock.ts";
import { systemClock } from "./system-clock.ts";

const never = new AbortController().signal;

test("the system's clock tells whole microseconds, and what it measures only grows", () => {
  const nowUs = systemClock.nowUs();
  assert.ok(Number.isInteger(nowUs) && nowUs > Date.UTC(2026, 0, 1) * 1000, `${nowUs}`);
  const first = systemClock.elapsedMs();
  assert.ok(systemClock.elapsedMs() >= first);
});

test("a wait of the system's clock ends by itself, or at an abort", async () => {
  await systemClock.wait(1, never);
  const abort = new AbortController();
  const waiting = systemClock.wait(3_600_000, abort.signal);
  abort.abort();
  await waiting;
  await systemClock.wait(3_600_000, abort.signal);
  assert.equal(getEventListeners(abort.signal, "abort").length, 0);
  assert.equal(getEventListeners(never, "abort").length, 0);
});

test("a manual clock ends waits in the order of their moments, each at its own", async () => {
  const clock = new ManualClock(1_000_000);
  const ended: string[] = [];
  const note = async (name: string, ms: number): Promise<void> => {
    await clock.wait(ms, never);
    ended.push(`${name}@${clock.elapsedMs()}`);
  };
  const all = [note("late", 30), note("early", 10)];
  const again = (async () => {
    for (let round = 0; round < 3; round++) await note(`round${round}`, 8);
  })();
  assert.equal(clock.waitingCount, 3);
  await clock.advance(20);
  assert.deepEqual(ended, ["round0@8", "early@10", "round1@16"]);
  await clock.advance(10);
  await Promise.all([...all, again]);
  assert.deepEqual(ended.slice(3), ["round2@24", "late@30"]);
  assert.equal(clock.nowUs(), 1_030_000);
});

test("a manual clock jumps without ending a wait, and an abort ends one", async () => {
  const clock = new ManualClock();
  const abort = new AbortController();
  const waiting = clock.wait(5, abort.signal);
  clock.set(77);
  assert.equal(clock.nowUs(), 77);
  assert.equal(clock.waitingCount, 1);
  abort.abort();
  await waiting;
  assert.equal(clock.waitingCount, 0);
});
