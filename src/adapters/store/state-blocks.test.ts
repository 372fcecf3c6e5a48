/**
 * Tests of `state-blocks.ts` and `state-views.ts`: runs come back as they were, kinds by number.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BlockReader, BlockWriter, isHead, releaseBuffer } from "./state-blocks.ts";
import { readView, typeOfView } from "./state-views.ts";

function keep(runs: readonly Uint8Array[]): readonly Uint8Array[] {
  const writer = new BlockWriter();
  for (const run of runs) writer.writeRun(run);
  const kept = writer.end();
  const parts = [kept.head, ...kept.parts].map((part) => Uint8Array.from(part));
  kept.release();
  return parts;
}

function read(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const reader = new BlockReader(parts[0] ?? new Uint8Array(0), (number) => parts[number]);
  const runs = reader.runs.map((length) => {
    const run = new Uint8Array(length);
    reader.read(run);
    return run;
  });
  reader.end();
  return runs;
}

test("law: runs of any length come back, about the ends of blocks too", () => {
  const block = 1 << 18;
  const length = fc.oneof(
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: block - 2, max: block + 2 }),
    fc.integer({ min: 2 * block - 2, max: 2 * block + 2 }),
  );
  const run = fc.tuple(length, fc.nat(255)).map(([size, byte]) => new Uint8Array(size).fill(byte));
  fc.assert(
    fc.property(fc.array(run, { maxLength: 6 }), (runs) => {
      const parts = keep(runs);
      assert.ok(isHead(parts[0] ?? new Uint8Array(0)));
      const back = read(parts);
      assert.equal(back.length, runs.length);
      assert.ok(runs.every((one, at) => Buffer.compare(one, back[at] ?? new Uint8Array(1)) === 0));
    }),
    { numRuns: 40 },
  );
});

test("what was not read to its end is not the end", () => {
  const parts = keep([new Uint8Array(5)]);
  const reader = new BlockReader(parts[0] ?? new Uint8Array(0), (number) => parts[number]);
  assert.throws(() => reader.end(), RangeError);
  reader.read(new Uint8Array(4));
  assert.throws(() => reader.end(), RangeError);
  assert.throws(() => reader.read(new Uint8Array(2)), RangeError);
});

test("memory that many share is not given back", () => {
  const shared = Buffer.from("a text beside others");
  releaseBuffer(shared);
  assert.equal(shared.toString(), "a text beside others");
  const own = new Uint8Array(100_000);
  releaseBuffer(own);
  assert.equal(own.length, 0);
});

test("each kind of array keeps its number", () => {
  const kinds = ["Uint8", "Int8", "Uint16", "Int16", "Uint32", "Int32", "Float32", "Float64"];
  for (const [type, kind] of [...kinds, "BigInt64", "BigUint64"].entries()) {
    const view = readView(type, new ArrayBuffer(16));
    assert.equal(view.constructor.name, `${kind}Array`);
    assert.equal(typeOfView(view), type);
  }
  assert.throws(() => readView(10, new ArrayBuffer(16)), RangeError);
  assert.throws(() => readView(7, new ArrayBuffer(9)), RangeError);
});
