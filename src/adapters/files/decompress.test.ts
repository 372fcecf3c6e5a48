/** Holds that decompression does not depend on how the stored bytes arrive. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { decompress } from "./decompress.ts";
import { type Damage, decompressXz } from "./decompress-xz.ts";
import { splitZstd } from "./split-zstd.ts";

const xz = readFileSync(new URL("../../../fixtures/files/numbers.txt.xz", import.meta.url));
const text = Buffer.from(Array.from({ length: 3000 }, (_, n) => `line ${n}\n`).join(""));

async function* arrive(stored: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [0, ...cuts.map((cut) => cut % (stored.length + 1)).sort((a, b) => a - b)];
  for (const [index, place] of places.entries()) {
    const lent = Uint8Array.from(stored.subarray(place, places[index + 1] ?? stored.length));
    yield lent;
    lent.fill(0x3f); // as a reader of files does: the memory is used again
  }
}

async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(Uint8Array.from(chunk));
  return Buffer.concat(parts);
}

const frames = Buffer.concat([zstdCompressSync(text), zstdCompressSync(Buffer.from("end"))]);
const streams: readonly (readonly [string, Buffer, Buffer])[] = [
  ["plain", text, text],
  [
    "gzip",
    Buffer.concat([gzipSync(text), gzipSync("end")]),
    Buffer.concat([text, Buffer.from("end")]),
  ],
  ["zstd", frames, Buffer.concat([text, Buffer.from("end")])],
  ["UTF-16", Buffer.from("\ufeffä😀\n", "utf16le"), Buffer.from("ä😀\n")],
];

for (const [what, stored, expected] of streams) {
  test(`${what} is the same however its bytes arrive`, async () => {
    const cuts = fc.array(fc.nat(stored.length), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const { chunks, damage } = await decompress(arrive(stored, places));
        assert.ok((await gather(chunks)).equals(expected));
        assert.equal(damage.text, undefined);
      }),
      { numRuns: 40 },
    );
  });
}

test("xz streams may arrive in small pieces, and one after the other", async () => {
  const cuts = Array.from({ length: 200 }, (_, n) => n * 500 + 1);
  const sizes: number[] = [];
  const damage: Damage = { text: undefined };
  for (let round = 0; round < 2; round++) {
    sizes.push((await gather(decompressXz(arrive(xz, cuts), damage))).length);
  }
  assert.deepEqual(sizes, [423_705, 423_705]);
  assert.equal(damage.text, undefined);
});

test("a read that fails in the midst ends the stream like a cut", async () => {
  async function* fail(): AsyncGenerator<Uint8Array> {
    yield text.subarray(0, 1000);
    throw new Error("the device reported an error");
  }
  const { chunks, damage } = await decompress(fail());
  assert.equal((await gather(chunks)).length, 1000);
  assert.equal(damage.text, "reading it failed: the device reported an error");
});

test("zstd is cut at the ends of frames, whatever the sizes of their headers", async () => {
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9]);
  // Content sizes of 1, 2, 4 and 8 bytes in the header, raw, repeated and compressed blocks.
  const sizes = [3, 300, 70_000, 1_000_000];
  const made = sizes.map((size) => zstdCompressSync(Buffer.alloc(size, "ab")));
  const unsized = zstdCompressSync(text, { pledgedSrcSize: text.length });
  const parts = [...made, skippable, unsized, skippable];
  for (const cuts of [[], [1, 2, 3, 9, 17], Array.from({ length: 400 }, (_, n) => n)]) {
    const pieces: Uint8Array[] = [];
    for await (const piece of splitZstd(arrive(Buffer.concat(parts), cuts))) {
      pieces.push(Uint8Array.from(piece));
    }
    const ends = new Set<number>();
    let end = 0;
    for (const piece of pieces) {
      end += piece.length;
      ends.add(end);
    }
    let expected = 0;
    for (const part of parts) {
      expected += part.length;
      assert.ok(ends.has(expected), `end at ${expected}`);
    }
    assert.ok(Buffer.concat(pieces).equals(Buffer.concat(parts)));
  }
});
