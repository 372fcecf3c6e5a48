/**
 * Tests of `encode-state.ts`: states of any size come back, whatever is damaged is none.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import v8 from "node:v8";
import { zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { decodeState, encodeState, StateCopy } from "./encode-state.ts";

/** No pattern that compresses, and the same each time. */
function noise(length: number): Uint32Array {
  let seed = 1;
  return Uint32Array.from({ length }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return seed;
  });
}

test("plain data and arrays of numbers of every kind come back as they were", () => {
  const numbers = noise(12).buffer;
  const state = {
    map: new Map([[1, new Set(["a"])]]),
    list: [undefined, -0, 5n, "\u{1F600}", "\ud800"],
    views: [
      ...[new Uint8Array(numbers, 3, 7), new Int8Array(numbers, 1, 2), new Uint16Array(numbers)],
      ...[new Int16Array(numbers, 2, 5), new Uint32Array(0), new Int32Array(numbers, 4, 3)],
      ...[new Float32Array([1.5, -0]), new Float64Array([Number.NaN, 2 ** 53, -0])],
      ...[new BigInt64Array([-1n]), new BigUint64Array([2n ** 64n - 1n])],
    ],
  };
  assert.deepEqual(decodeState(encodeState(state)), { state });
});

test("law: numbers and texts of any length come back in their order", () => {
  const view = fc.oneof(fc.float64Array(), fc.int32Array(), fc.uint8Array());
  const part = fc.record({ view, text: fc.string({ unit: "binary" }), more: fc.array(view) });
  fc.assert(
    fc.property(fc.array(part), (given) => {
      const state = structuredClone(given);
      assert.deepEqual(decodeState(encodeState(state)), { state });
    }),
  );
});

test("what is larger than a block goes over several, and one that is met twice stays one", () => {
  const large = noise(700_000);
  const state = { large, small: noise(3), text: "x".repeat(3_000_000), again: large };
  const read = decodeState(encodeState(state))?.state as typeof state;
  assert.deepEqual(read, state);
  assert.equal(read.again, read.large);
});

test("a copy is of the moment when it was made", () => {
  const state = { counts: new Float64Array([1, 2]), names: ["a"] };
  const copy = new StateCopy(state);
  state.counts[0] = 9;
  state.names.push("b");
  const expected = { state: { counts: new Float64Array([1, 2]), names: ["a"] } };
  assert.deepEqual(decodeState(encodeState(copy)), expected);
});

test("whatever is cut off or turned over, it is none or the same", () => {
  const state = { numbers: noise(40), text: "some text", floats: new Float64Array(20) };
  const bytes = encodeState(state);
  for (let length = 0; length < bytes.length; length++) {
    assert.equal(decodeState(bytes.subarray(0, length)), undefined);
  }
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const broken = Uint8Array.from(bytes);
    broken.set([(broken[bit >> 3] ?? 0) ^ (1 << (bit & 7))], bit >> 3);
    const read = decodeState(broken);
    if (read !== undefined) assert.deepEqual(read, { state });
  }
  assert.equal(decodeState(Buffer.concat([bytes, bytes])), undefined);
  assert.equal(decodeState("text"), undefined);
});

test("a block that is missing is noticed, though all others are whole", () => {
  const bytes = Buffer.from(encodeState({ large: noise(600_000) }));
  const count = bytes.readUInt32LE(4);
  assert.ok(count >= 3);
  const second = 12 + bytes.readUInt32LE(8);
  const without = Buffer.concat([bytes.subarray(0, 8), bytes.subarray(second)]);
  without.writeUInt32LE(count - 1, 4);
  assert.equal(decodeState(without), undefined);
});

test("a state that was written before there were blocks is read", () => {
  const state = { open: new Map([["a", new Float64Array([1.5])]]) };
  assert.deepEqual(decodeState(zstdCompressSync(v8.serialize(state))), { state });
});

test("what cannot be copied is refused when it is copied", () => {
  assert.throws(() => encodeState({ run: () => undefined }), /could not be cloned/);
  assert.throws(() => encodeState({ view: new DataView(new ArrayBuffer(8)) }), TypeError);
});
