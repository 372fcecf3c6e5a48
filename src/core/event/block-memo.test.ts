/**
 * Holds what remembering blocks must keep to: only equal bytes are found, and the budget holds.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BlockMemo, type BlockShape, orderHoles } from "./block-memo.ts";

/** Every block has the same hash: only the comparison tells them apart. */
const shape: BlockShape = {
  endIsKnown: false,
  hash: () => 7,
  endOfHole: (bytes, at, end) => (at < end && (bytes[at] ?? 0) >= 0x80 ? at + 1 : -1),
};

test("a block is found only where all its bytes stand, holes aside", () => {
  const block = fc.uint8Array({ minLength: 1, maxLength: 90, max: 0x7f });
  fc.assert(
    fc.property(block, fc.nat(), fc.nat(), fc.nat(200), (bytes, holeAt, changeAt, change) => {
      const memo = new BlockMemo<string>(shape);
      const hole = { start: holeAt % bytes.length, end: (holeAt % bytes.length) + 1 };
      const kept = Uint8Array.from(bytes);
      kept[hole.start] = 0x80;
      memo.add(kept, { start: 0, end: kept.length }, [hole], "value");
      const around = new Uint8Array(kept.length + 20);
      around.set(kept, 9);
      around[9 + hole.start] = 0x99;
      assert.equal(memo.find(around, 9, around.length, 0), 9 + kept.length);
      assert.deepEqual(memo.found.holeStarts[0], 9 + hole.start);
      assert.equal(memo.find(around, 9, 9 + kept.length - 1, 0), -1);
      const place = 9 + (changeAt % kept.length);
      if (around[place] === change) return;
      around[place] = change;
      const isHole = place === 9 + hole.start && change >= 0x80;
      assert.equal(memo.find(around, 9, around.length, 0), isHole ? 9 + kept.length : -1);
    }),
  );
});

test("what is kept is a copy: the caller may use its bytes again", () => {
  const memo = new BlockMemo<number>(shape);
  const bytes = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  memo.add(bytes, { start: 0, end: 9 }, [], 1);
  bytes[4] = 0;
  assert.equal(memo.find(bytes, 0, 9, 0), -1);
});

test("many blocks with one hash stay few", () => {
  const memo = new BlockMemo<number>(shape, 1024 * 1024);
  for (let i = 0; i < 2000; i++) {
    memo.add(Uint8Array.from([i & 127, i >> 7]), { start: 0, end: 2 }, [], i);
  }
  assert.ok(memo.sizeBytes < 20_000);
  assert.equal(memo.find(Uint8Array.from([1999 & 127, 1999 >> 7]), 0, 2, 0), 2);
});

test("what was dropped for its hash takes no memory for ever", () => {
  const memo = new BlockMemo<number>(shape, 64 * 1024);
  const kept = Uint8Array.from([1, 1, 1]);
  memo.add(kept, { start: 0, end: 3 }, [], 1);
  for (let i = 0; i < 200; i++) {
    memo.add(new Uint8Array(1000).fill(i & 127), { start: 0, end: 1000 }, [], i);
  }
  assert.ok(memo.storedSizeBytes <= 64 * 1024);
});

test("a block that is used stays while others come and go, within the budget", () => {
  const spread: BlockShape = { ...shape, hash: (bytes, start) => bytes[start] ?? 0 };
  const memo = new BlockMemo<string>(
    { ...spread, hash: (bytes, start) => hash16(bytes, start) },
    65536,
  );
  const used = Uint8Array.from([0xff, 0xff, 1]);
  memo.add(used, { start: 0, end: 3 }, [], "used");
  for (let i = 0; i < 3000; i++) {
    const other = Uint8Array.from([i & 255, i >> 8, 2, 2]);
    memo.add(other, { start: 0, end: 4 }, [], "other");
    assert.equal(memo.find(used, 0, 3, i), 3);
    assert.ok(memo.sizeBytes <= 65536);
  }
  assert.equal(memo.find(Uint8Array.from([0, 0, 2, 2]), 0, 4, 0), -1);
});

test("what is long not asked for is forgotten, though there is room", () => {
  const memo = new BlockMemo<string>({ ...shape, hash: (bytes, start) => bytes[start] ?? 0 });
  const [seldom, often] = [Uint8Array.from([1, 1]), Uint8Array.from([2, 2])];
  memo.add(seldom, { start: 0, end: 2 }, [], "seldom");
  memo.add(often, { start: 0, end: 2 }, [], "often");
  for (let i = 0; i < 20_000; i++) assert.equal(memo.find(often, 0, 2, 0), 2);
  assert.equal(memo.find(seldom, 0, 2, 0), 2);
  for (let i = 0; i < 40_000; i++) assert.equal(memo.find(often, 0, 2, 0), 2);
  assert.equal(memo.find(seldom, 0, 2, 0), -1);
  assert.ok(memo.sizeBytes < 3 * 1024);
});

test("bytes are found wherever they lie in their memory", () => {
  const memo = new BlockMemo<number>(shape);
  const memory = Uint8Array.from([9, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  memo.add(memory, { start: 2, end: 11 }, [], 1);
  for (const from of [0, 1, 2])
    assert.equal(memo.find(memory.subarray(from), 2 - from, 11 - from, 0), 11 - from);
  for (const from of [0, 5, 11]) {
    assert.equal(memo.find(memory.subarray(from), 11 - from, 20 - from, 0), 20 - from);
  }
  assert.equal(memo.find(memory.subarray(3), 0, 9, 0), -1);
});

function hash16(bytes: Uint8Array, start: number): number {
  return (bytes[start] ?? 0) * 256 + (bytes[start + 1] ?? 0);
}

test("holes are put in their order, and the thread id keeps its name", () => {
  const tid = { start: 3, end: 4 };
  assert.deepEqual(orderHoles([{ start: 7, end: 8 }], tid).tid, 0);
  assert.deepEqual(orderHoles([{ start: 1, end: 2 }], tid).tid, 1);
  assert.deepEqual(orderHoles([{ start: 1, end: 2 }], undefined).tid, -1);
});
