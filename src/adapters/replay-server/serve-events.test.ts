/** Holds that a recording is pulled no faster than its stream takes it. */
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { serveEvents } from "./serve-events.ts";

async function* numbered(count: number): AsyncGenerator<Uint8Array> {
  for (let number = 0; number < count; number++) yield Uint8Array.of(number);
}

/** Takes `room` messages, then none until it is drained. */
function createStream(room: number) {
  const events = new EventEmitter();
  const taken: number[] = [];
  let left = room;
  const write = (message: Uint8Array): boolean => {
    taken.push(message[0] ?? -1);
    return --left > 0;
  };
  const drain = (): void => {
    left = room;
    events.emit("drain");
  };
  return { write, events, taken, drain };
}

test("after each refusal it waits until the stream takes more", async () => {
  const stream = createStream(3);
  let sent = 0;
  const { signal } = new AbortController();
  const served = serveEvents(stream, numbered(7), { signal, onSent: () => sent++ });
  for (const count of [3, 6, 7]) {
    for (let i = 0; i < 20; i++) await turn();
    assert.deepEqual([stream.taken.length, sent], [count, count]);
    stream.drain();
  }
  assert.equal(await served, true);
  assert.deepEqual(stream.taken, [0, 1, 2, 3, 4, 5, 6]);
});

test("the signal ends it, waiting or not, and then it is not whole", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const stream = createStream(1);
  const served = serveEvents(stream, numbered(5), { signal, onSent: () => {} });
  await turn();
  controller.abort();
  assert.equal(await served, false);
  assert.deepEqual(stream.taken, [0]);
  const late = serveEvents(createStream(9), numbered(5), { signal, onSent: () => {} });
  assert.equal(await late, false);
});

test("what the recording throws is thrown; a recording that ends early is closed", async () => {
  const { signal } = new AbortController();
  const broken = (async function* (): AsyncGenerator<Uint8Array> {
    yield Uint8Array.of(1);
    throw new Error("gone");
  })();
  const options = { signal, onSent: () => {} };
  await assert.rejects(serveEvents(createStream(9), broken, options), /gone/);
  const closed = new EventEmitter();
  const controller = new AbortController();
  const long = (async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* numbered(1000);
    } finally {
      closed.emit("closed");
    }
  })();
  const ended = once(closed, "closed");
  const serving = serveEvents(createStream(1), long, { ...options, signal: controller.signal });
  await turn();
  controller.abort();
  const [isWhole] = await Promise.all([serving, ended]);
  assert.equal(isWhole, false);
});
