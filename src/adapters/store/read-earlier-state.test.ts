/**
 * Tests of `read-earlier-state.ts`: what was written before there were parts comes back.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import v8 from "node:v8";
import { zstdCompressSync } from "node:zlib";
import { decodeState } from "./encode-state.ts";
import { readEarlierState } from "./read-earlier-state.ts";

/** No pattern that compresses, and the same each time. */
function noise(length: number): Uint32Array {
  let seed = 1;
  return Uint32Array.from({ length }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return seed;
  });
}

/** As it was written before there were parts: all blocks of a megabyte in one piece. */
function inOnePiece(given: { readonly numbers: Uint8Array }): Uint8Array {
  class Serializer extends v8.DefaultSerializer {
    _writeHostObject(view: Uint8Array): void {
      this.writeUint32(0);
      this.writeUint32(view.length);
    }
  }
  const serializer = new Serializer();
  serializer.writeHeader();
  serializer.writeValue(given);
  const rest = serializer.releaseBuffer();
  const lengths = new Float64Array([rest.length, given.numbers.length + rest.length + 16]);
  const all = Buffer.concat([given.numbers, rest, new Uint8Array(lengths.buffer)]);
  const pieces: Uint8Array[] = [Buffer.from("WGS1")];
  const number = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);
  pieces.push(number(Math.ceil(all.length / 2 ** 20)));
  for (let at = 0; at < all.length; at += 2 ** 20) {
    const block = zstdCompressSync(all.subarray(at, at + 2 ** 20));
    pieces.push(number(block.length), block);
  }
  return Buffer.concat(pieces);
}

test("a state that was written in one piece is read", () => {
  const numbers = new Uint8Array(noise(600_000).buffer);
  const piece = inOnePiece({ numbers });
  assert.deepEqual(readEarlierState(piece), { numbers });
  const read = decodeState((number) => [piece][number]);
  assert.deepEqual(read, { state: { numbers } });
  for (const length of [7, 8, 20, 1_000_000, piece.length - 1]) {
    assert.throws(() => readEarlierState(piece.subarray(0, length)));
  }
  assert.throws(() => readEarlierState(Buffer.concat([piece, piece])), RangeError);
});

test("a state that was written before there were blocks is read", () => {
  const state = { open: new Map([["a", new Float64Array([1.5])]]) };
  assert.deepEqual(readEarlierState(zstdCompressSync(v8.serialize(state))), state);
});
