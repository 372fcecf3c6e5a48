/**
 * Holds how states are read that an earlier waggle wrote, in one piece.
 * In: that piece. Out: the state. Nothing is written in these forms any more.
 */
import { DefaultDeserializer, deserialize } from "node:v8";
import { zstdDecompressSync } from "node:zlib";
import { readView, type View } from "./state-views.ts";

/**
 * Four letters, how many blocks; then each with its length before it. Within the blocks: arrays of
 * numbers one after the other, all the rest, the lengths of the rest and of everything.
 */
const magic = Buffer.from("WGS1", "latin1");
const blockSizeBytes = 1 << 20;
const trailerSizeBytes = 16;
const decompressing = { maxOutputLength: blockSizeBytes, chunkSize: blockSizeBytes };

/** **Errors**: throws whatever is met in what is not whole. */
export function readEarlierState(bytes: Uint8Array): unknown {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The earliest ones are one block without a frame of ours.
  if (!magic.equals(data.subarray(0, magic.length))) return deserialize(zstdDecompressSync(data));
  const all = Buffer.concat(readBlocks(data));
  const end = all.length - trailerSizeBytes;
  if (all.readDoubleLE(end + 8) !== all.length) throw new RangeError("blocks are missing");
  const viewsLength = end - all.readDoubleLE(end);
  const reader = new Reader(all.subarray(viewsLength, end), all.subarray(0, viewsLength));
  reader.readHeader();
  return reader.readValue();
}

class Reader extends DefaultDeserializer {
  private readonly views: Uint8Array;
  private readUpTo = 0;

  constructor(rest: Uint8Array, views: Uint8Array) {
    super(rest);
    this.views = views;
  }

  /** Called by V8, where a view was. */
  _readHostObject(): View {
    const type = this.readUint32();
    const start = this.readUpTo;
    this.readUpTo += this.readUint32();
    if (this.readUpTo > this.views.length) throw new RangeError("a view is missing");
    return readView(type, Uint8Array.from(this.views.subarray(start, this.readUpTo)).buffer);
  }
}

function readBlocks(data: Buffer): readonly Uint8Array[] {
  const blocks: Uint8Array[] = [];
  let at = magic.length + 4;
  for (let left = data.readUInt32LE(magic.length); left > 0; left--) {
    const start = at + 4;
    at = start + data.readUInt32LE(at);
    if (at > data.length) throw new RangeError("a block is cut");
    blocks.push(zstdDecompressSync(data.subarray(start, at), decompressing));
  }
  if (at !== data.length) throw new RangeError("there is more than was written");
  return blocks;
}
