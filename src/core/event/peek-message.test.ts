/** Holds that a look at a message says what decoding says, on recorded events and broken ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { recordedLines } from "../../testing/recorded-events.ts";
import { createProtobufDecoder } from "./decode-protobuf.ts";
import { encodeEvent } from "./encode-protobuf.ts";
import { peekMessage } from "./peek-message.ts";
import type { WireObject } from "./wire-value.ts";

test("times and kinds of recorded events are those that decoding tells", () => {
  const decoder = createProtobufDecoder();
  const kinds = new Set<string>();
  for (const line of recordedLines("pairs")) {
    const { bytes } = encodeEvent(JSON.parse(Buffer.from(line).toString()) as WireObject);
    const event = decoder.decode(bytes, 0, bytes.length, 0, 0);
    const { kind, timeUs } = peekMessage(bytes);
    assert.equal(timeUs, event?.timeUs);
    const expected = event?.type === "exec" || event?.type === "exit" ? event.type : "other";
    assert.equal(kind, expected);
    kinds.add(kind);
  }
  assert.deepEqual([...kinds].sort(), ["exec", "exit", "other"]);
});

test("whatever bytes come, it answers, and a message that ends early is broken", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const { kind, timeUs } = peekMessage(bytes);
      assert.ok(timeUs >= 0 && ["exec", "exit", "other", "broken"].includes(kind));
    }),
  );
  assert.deepEqual(peekMessage(Uint8Array.of(0x0a, 5, 1)), { timeUs: 0, kind: "broken" });
  assert.deepEqual(peekMessage(new Uint8Array(0)), { timeUs: 0, kind: "other" });
});
