/**
 * Holds the tests of messages in a stream of bytes: the same however the stream is cut.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BadMessage, MessageSplitter } from "./split-messages.ts";

function framed(messages: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    messages.flatMap((message) => {
      const head = Buffer.alloc(5);
      head.writeUInt32BE(message.length, 1);
      return [head, message];
    }),
  );
}

test("law: wherever the bytes are cut, the same messages come out", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }),
      fc.array(fc.nat({ max: 60 }), { maxLength: 40 }),
      (messages, sizes) => {
        const bytes = framed(messages);
        const seen: string[] = [];
        const splitter = new MessageSplitter(40, (one) =>
          seen.push(Buffer.from(one).toString("hex")),
        );
        let at = 0;
        for (const size of sizes) {
          splitter.push(bytes.subarray(at, at + size));
          at = Math.min(bytes.length, at + size);
        }
        splitter.push(bytes.subarray(at));
        assert.deepEqual(
          seen,
          messages.map((one) => Buffer.from(one).toString("hex")),
        );
      },
    ),
  );
});

test("what is not whole gives nothing", () => {
  const seen: Uint8Array[] = [];
  const splitter = new MessageSplitter(40, (one) => seen.push(one));
  splitter.push(framed([new Uint8Array(20)]).subarray(0, 24));
  assert.deepEqual(seen, []);
});

test("a message beyond the bound, or a compressed one, is bad before it is gathered", () => {
  for (const [head, reason] of [
    [[0, 0, 0, 0, 41], /larger than max \(41 vs 40\)/],
    [[0, 0xff, 0xff, 0xff, 0xff], /larger than max \(4294967295 vs 40\)/],
    [[1, 0, 0, 0, 3], /compressed/],
  ] as const) {
    for (const cut of [0, 1, 4]) {
      const splitter = new MessageSplitter(40, () => assert.fail("no message"));
      assert.throws(
        () => {
          splitter.push(Uint8Array.from(head.slice(0, cut)));
          splitter.push(Uint8Array.from(head.slice(cut)));
        },
        (error) => error instanceof BadMessage && reason.test(error.message),
      );
    }
  }
});
