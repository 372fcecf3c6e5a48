/** Holds the pace of a replay by a clock that is turned by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../ports/clock.ts";
import { paceMessages } from "./pace-messages.ts";
import type { ReplayedMessage } from "./read-messages.ts";

const second = 1_000_000;
const start = 1_767_225_600 * second;

/** Messages numbered by their first byte, at these seconds; NaN carries no time. */
async function* at(...seconds: readonly number[]): AsyncGenerator<ReplayedMessage> {
  for (const [index, when] of seconds.entries()) {
    const timeUs = Number.isNaN(when) ? 0 : start + when * second;
    yield { bytes: Uint8Array.of(index), timeUs };
  }
}

/** Waiting moves it on, and nothing else does. */
function createHandClock(): Clock & { now: number } {
  const clock = {
    now: 5000,
    nowUs: () => assert.fail("the wall clock says nothing about the pace"),
    elapsedMs: () => clock.now,
    wait: async (ms: number, signal: AbortSignal) => {
      if (!signal.aborted) clock.now += ms;
    },
  };
  return clock;
}

async function momentsOf(speed: number, ...seconds: readonly number[]): Promise<readonly number[]> {
  const clock = createHandClock();
  const { signal } = new AbortController();
  const moments: number[] = [];
  let next = 0;
  for await (const bytes of paceMessages(at(...seconds), { speed, clock, signal })) {
    assert.equal(bytes[0], next++);
    moments.push(clock.now - 5000);
  }
  return moments;
}

test("messages come as far apart as they were, or so many times nearer", async () => {
  assert.deepEqual(await momentsOf(1, 0, 1, 1, 4), [0, 1000, 1000, 4000]);
  assert.deepEqual(await momentsOf(10, 0, 1, 4), [0, 100, 400]);
  assert.deepEqual(await momentsOf(0.5, 0, 1), [0, 2000]);
});

test("at full speed nobody waits, and the clock is not asked", async () => {
  const moments = await momentsOf(Number.POSITIVE_INFINITY, 0, 100, 10_000);
  assert.deepEqual(moments, [0, 0, 0]);
});

test("what comes late, or carries no time, comes at once", async () => {
  const none = Number.NaN;
  assert.deepEqual(
    await momentsOf(1, none, 2, none, 3, 1, none, 4),
    [0, 0, 0, 1000, 1000, 1000, 2000],
  );
});

test("who took long over one message gets the next ones at once", async () => {
  const clock = createHandClock();
  const { signal } = new AbortController();
  const moments: number[] = [];
  for await (const bytes of paceMessages(at(0, 1, 2, 9), { speed: 1, clock, signal })) {
    moments.push(clock.now - 5000);
    if (bytes[0] === 0) clock.now += 7000;
  }
  assert.deepEqual(moments, [0, 7000, 7000, 9000]);
});

test("who is asked to end gets nothing more", async () => {
  const clock = createHandClock();
  const controller = new AbortController();
  const { signal } = controller;
  let count = 0;
  for await (const _ of paceMessages(at(0, 1, 2), { speed: 1, clock, signal })) {
    count++;
    controller.abort();
  }
  assert.equal(count, 1);
});
