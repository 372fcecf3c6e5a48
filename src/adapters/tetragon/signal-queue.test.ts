/**
 * Holds the tests of the bounded queue of a source.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { SourceSignal } from "../../ports/event-source.ts";
import { SignalQueue } from "./signal-queue.ts";

const message = (index: number, size = 1): Uint8Array => {
  const bytes = new Uint8Array(4 + size);
  new DataView(bytes.buffer).setUint32(0, index);
  return bytes;
};
const indexOf = (bytes: Uint8Array): number => new DataView(bytes.buffer).getUint32(0);
const gap = (reason: string): SourceSignal => ({ kind: "gap", reason, count: 0, detail: reason });
const listing = (index: number): SourceSignal => ({
  kind: "known-processes",
  messages: [message(index)],
});

function drain(queue: SignalQueue): readonly SourceSignal[] {
  const taken: SourceSignal[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) taken.push(next);
  return taken;
}

test("whatever comes and goes: order stays, and each message is given or counted once", () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 40 }), size: fc.integer({ min: 0, max: 60 }) }),
    fc.constant("take" as const),
    fc.constant("reconnect" as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const queue = new SignalQueue({ messageCountMax: 50, sizeBytesMax: 1000, batchCountMax: 7 });
      const taken: SourceSignal[] = [];
      const take = () => {
        const next = queue.take();
        if (next !== undefined) taken.push(next);
      };
      let sent = 0;
      for (const one of steps) {
        if (one === "take") take();
        else if (one === "reconnect") {
          queue.hold();
          queue.release([gap("reconnect"), listing(0)]);
        } else for (let n = 0; n < one.add; n++) queue.add(message(sent++, one.size));
        assert.ok(queue.waitingCount <= 50);
      }
      taken.push(...drain(queue));
      // Every gap stands exactly where numbers are missing, and says how many.
      let next = 0;
      let lost = 0;
      for (const signal of taken) {
        if (signal.kind === "gap") {
          next += signal.count;
          lost += signal.count;
        } else if (signal.kind === "messages") {
          assert.ok(signal.messages.length <= 7);
          for (const one of signal.messages) assert.equal(indexOf(one), next++);
        }
      }
      assert.equal(next, sent);
      assert.equal(lost, queue.lostCount);
      assert.equal(queue.waitingCount, 0);
    }),
  );
});

test("bytes are bounded too, but one message alone is taken whatever its size", () => {
  const queue = new SignalQueue({ messageCountMax: 100, sizeBytesMax: 1000, batchCountMax: 10 });
  queue.add(message(0, 5000));
  queue.add(message(1));
  assert.deepEqual([queue.waitingCount, queue.lostCount], [1, 1]);
  assert.deepEqual(
    drain(queue).map((one) => (one.kind === "gap" ? one.count : one.kind)),
    ["messages", 1],
  );
  queue.add(message(2));
  assert.equal(queue.waitingCount, 1);
});

test("what comes behind a held place waits for what is put there", () => {
  const queue = new SignalQueue({ messageCountMax: 100, sizeBytesMax: 1000, batchCountMax: 10 });
  queue.add(message(0));
  queue.hold();
  queue.add(message(1));
  assert.deepEqual([...queue.heldBack()].map(indexOf), [1]);
  assert.equal(queue.take()?.kind, "messages");
  assert.equal(queue.isReady, false);
  assert.equal(queue.take(), undefined);
  queue.release([gap("reconnect"), listing(7)]);
  assert.deepEqual(
    drain(queue).map(({ kind }) => kind),
    ["gap", "known-processes", "messages"],
  );
});

test("connections that come and go while nobody takes leave one listing and one gap", () => {
  const queue = new SignalQueue({ messageCountMax: 3, sizeBytesMax: 1000, batchCountMax: 10 });
  for (let n = 0; n < 100; n++) {
    queue.hold();
    queue.add(message(n));
    queue.release([gap("reconnect"), gap("restart"), listing(n)]);
  }
  const taken = drain(queue);
  const listings = taken.filter(({ kind }) => kind === "known-processes");
  assert.equal(listings.length, 1);
  assert.ok(taken.length < 20, `${taken.length} signals`);
  const lost = taken.flatMap((one) => (one.kind === "gap" ? [one.count] : []));
  assert.equal(
    lost.reduce((sum, count) => sum + count, 0),
    97,
  );
});
