/** Holds that stored bytes stay what they were until all are forgotten. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ByteStore, type Span } from "./byte-store.ts";

function read({ view, start, end }: Span): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, end - start);
}

test("what was added is found as it was, however much comes after", () => {
  const sizes = fc.array(fc.oneof(fc.nat(300), fc.integer({ min: 100_000, max: 300_000 })), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(sizes, sizes, (first, second) => {
      const store = new ByteStore();
      for (const round of [first, second]) {
        store.clear();
        const spans = round.map((size, index) => {
          const bytes = new Uint8Array(size).fill(index + 1);
          const span = store.add(bytes);
          bytes.fill(0); // the store holds copies
          return span;
        });
        for (const [index, span] of spans.entries()) {
          assert.equal(span.end - span.start, round[index]);
          assert.ok(read(span).every((byte) => byte === index + 1));
        }
      }
    }),
    { numRuns: 30 },
  );
});

test("memory is used again after all was forgotten", () => {
  const store = new ByteStore();
  const before = store.add(new Uint8Array(100));
  store.clear();
  assert.equal(store.add(new Uint8Array(100)).view, before.view);
});
