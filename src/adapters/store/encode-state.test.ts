/**
 * Tests of `encode-state.ts`: states of any size come back, whatever is damaged is none.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeState, encodeState, StateCopy } from "./encode-state.ts";

/** As they are kept: the head first. */
function partsOf(state: unknown): readonly Uint8Array[] {
  const kept = encodeState(state);
  const parts = [kept.head, ...kept.parts].map((part) => Uint8Array.from(part));
  kept.release();
  return parts;
}

function decode(parts: readonly Uint8Array[]): { readonly state: unknown } | undefined {
  return decodeState((number) => parts[number]);
}

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
  assert.deepEqual(decode(partsOf(state)), { state });
});

test("law: numbers and texts of any length come back in their order", () => {
  // Small ones stay among the rest; before large ones what was written so far is put away.
  const large = fc.integer({ min: 1000, max: 1050 }).map((length) => noise(length));
  const bytes = large.map((numbers) => new Uint8Array(numbers.buffer, 1, numbers.length));
  const view = fc.oneof(fc.float64Array(), fc.int32Array(), fc.uint8Array(), large, bytes);
  const part = fc.record({ view, text: fc.string({ unit: "binary" }), more: fc.array(view) });
  fc.assert(
    fc.property(fc.array(part), (given) => {
      const state = structuredClone(given);
      assert.deepEqual(decode(partsOf(state)), { state });
    }),
  );
});

test("what is larger than a block goes over several, and one that is met twice stays one", () => {
  const large = noise(700_000);
  const state = { large, small: noise(3), text: "x".repeat(3_000_000), again: large };
  const read = decode(partsOf(state))?.state as typeof state;
  assert.deepEqual(read, state);
  assert.equal(read.again, read.large);
});

test("an array alone is a state, of any length", () => {
  for (const length of [0, 1, 255, 256, 257, 65_536, 65_537]) {
    const state = noise(length);
    assert.deepEqual(decode(partsOf(state)), { state });
  }
});

test("a copy is of the moment when it was made", () => {
  const state = { counts: new Float64Array([1, 2]), names: ["a"] };
  const copy = new StateCopy(state);
  state.counts[0] = 9;
  state.names.push("b");
  const expected = { state: { counts: new Float64Array([1, 2]), names: ["a"] } };
  assert.deepEqual(decode(partsOf(copy)), expected);
});

test("whatever is cut off or turned over, it is none or the same", () => {
  const state = { numbers: noise(40), text: "some text", floats: new Float64Array(20) };
  const parts = partsOf(state);
  assert.equal(parts.length, 2);
  for (const [at, bytes] of parts.entries()) {
    for (let length = 0; length < bytes.length; length++) {
      assert.ok(decode(parts.with(at, bytes.subarray(0, length))) === undefined);
    }
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const broken = Uint8Array.from(bytes);
      broken.set([(broken[bit >> 3] ?? 0) ^ (1 << (bit & 7))], bit >> 3);
      assert.ok(decode(parts.with(at, broken)) === undefined);
    }
    assert.ok(decode(parts.with(at, Buffer.concat([bytes, bytes]))) === undefined);
  }
});

test("a part that is missing, moved, too many or of another state is noticed", () => {
  const parts = partsOf({ large: noise(300_000) });
  const others = partsOf({ large: noise(300_000).reverse() });
  assert.ok(parts.length >= 5);
  assert.equal(others.length, parts.length);
  for (const [at, part] of parts.entries()) {
    assert.ok(decode(parts.toSpliced(at, 1)) === undefined);
    assert.ok(decode(parts.with(at, others[at] ?? part)) === undefined);
    assert.ok(decode([...parts.with(at, parts[1] ?? part), part]) === undefined);
  }
  assert.ok(decode([...parts, new Uint8Array(0)]) === undefined);
  assert.ok(decode([]) === undefined);
});

test("no part is large, whatever the state is", () => {
  for (const part of partsOf({ large: noise(1_000_000), text: "x".repeat(5_000_000) })) {
    assert.ok(part.length < 300_000);
  }
});

test("what was released keeps no memory, and is not written again", () => {
  const kept = encodeState({ large: noise(300_000) });
  const { parts } = kept;
  kept.release();
  assert.ok(parts.every(({ buffer }) => buffer.byteLength === 0));
  assert.throws(() => kept.parts, /before it is released/);
});

test("what the parts are read from fails with its own error", () => {
  const failing = (): never => {
    throw new Error("the disk is gone");
  };
  assert.throws(() => decodeState(failing), /the disk is gone/);
});

test("what cannot be copied is refused when it is copied", () => {
  assert.throws(() => encodeState({ run: () => undefined }), /could not be cloned/);
  assert.throws(() => encodeState({ view: new DataView(new ArrayBuffer(8)) }), TypeError);
});
