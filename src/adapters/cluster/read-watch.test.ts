/** Tests of the reading of watches: whole lines, however their bytes arrive. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lineOf } from "../../testing/kubernetes-api.ts";
import { ApiFailure } from "./api-client.ts";
import { readWatch, type WatchEvent } from "./read-watch.ts";

async function* arrive(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b)];
  for (const [at, place] of places.entries()) yield bytes.subarray(place, places[at + 1]);
}

async function gather(text: string, cuts: readonly number[] = [], lineMax?: number) {
  const events: WatchEvent[] = [];
  const chunks = arrive(Buffer.from(text), cuts);
  const failure = await (async () => {
    for await (const event of readWatch(chunks, lineMax)) events.push(event);
    return undefined;
  })().catch((error: unknown) => error);
  assert.ok(failure === undefined || failure instanceof ApiFailure);
  return { events, failure };
}

test("events are the same however their bytes arrive, and half a line is none", async () => {
  const event = fc.record({
    type: fc.constantFrom("ADDED", "MODIFIED", "DELETED"),
    object: fc.dictionary(fc.string(), fc.string({ unit: "grapheme" })),
  });
  const cuts = fc.array(fc.nat(), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 5 }), cuts, async (events, places) => {
      const text = `${events.map(({ type, object }) => lineOf(type, object)).join("\n")}{"type":`;
      const read = await gather(text, places);
      assert.equal(JSON.stringify(read.events), JSON.stringify(events));
      assert.equal(read.failure, undefined);
    }),
    { numRuns: 60 },
  );
});

test("what is no event ends the watch, after those before it", async () => {
  for (const odd of ["geheim", "[]", "{}", '{"type":1,"object":{}}', '{"type":"ADDED"}']) {
    const { events, failure } = await gather(`${lineOf("ADDED", {})}${odd}\n`);
    assert.equal(events.length, 1);
    assert.equal(failure?.kind, "gone");
    assert.doesNotMatch(failure?.message ?? "", /geheim/);
  }
});

test("a line without end is not kept", async () => {
  const { failure } = await gather("x".repeat(5000), [1000, 2000, 3000], 4000);
  assert.match(failure?.message ?? "", /too long/);
  const { events } = await gather(lineOf("ADDED", { a: "x".repeat(3900) }), [1, 2], 4000);
  assert.equal(events.length, 1);
});
