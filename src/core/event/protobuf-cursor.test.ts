/** Holds the law that a varint of the wire is the number that it stands for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BrokenMessage, ProtobufCursor } from "./protobuf-cursor.ts";

function encode(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...bytes, Number(rest)]);
}

test("any 64-bit number is read exactly, as number or as decimal text", () => {
  const cursor = new ProtobufCursor();
  const edges = [0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n].flatMap((edge) => [
    edge - 1n,
    edge,
    edge + 1n,
  ]);
  const numbers = fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), fc.constantFrom(...edges));
  fc.assert(
    fc.property(numbers, (value) => {
      const bytes = encode(value);
      cursor.open(bytes, 0, bytes.length);
      cursor.readVarint();
      assert.equal(cursor.at, bytes.length);
      assert.equal(BigInt(cursor.unsigned64()), BigInt.asUintN(64, value));
      assert.equal(BigInt(cursor.signed64()), BigInt.asIntN(64, value));
      assert.equal(cursor.unsigned32(), Number(BigInt.asUintN(32, value)));
      for (const given of [cursor.unsigned64(), cursor.signed64()]) {
        assert.ok(typeof given === "string" || Number.isSafeInteger(given));
      }
    }),
    { numRuns: 2000 },
  );
});

test("a number that does not end within the range is refused", () => {
  const cursor = new ProtobufCursor();
  cursor.open(Uint8Array.from([0x80, 0x80, 0x01]), 0, 2);
  assert.throws(() => cursor.readVarint(), BrokenMessage);
  cursor.open(Uint8Array.from([5, 0, 0]), 0, 3);
  assert.throws(() => cursor.readRangeEnd(), BrokenMessage);
});
