/**
 * Holds the form in which a long run of bytes is kept: compressed blocks and a head that knows
 * them. In: bytes, piece by piece. Out: the parts; any stretch of the bytes again, block by block.
 * Must never hold the run in one piece, nor memory of it longer than it is told to: what is left to
 * the garbage collector lies between what lives, and malloc then grows by it.
 */
import { strict as assert } from "node:assert";
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/**
 * **Unit**: bytes that are compressed at once; all blocks but the last have as many. Half of it
 * costs twice the time (each block begins anew), four times of it gives 2 % less.
 */
const blockSizeBytes = 1 << 18;
/** No block grows by so much: one piece of output each. */
const outputSizeBytes = blockSizeBytes + (blockSizeBytes >> 6);
/** **Unit**: bytes. malloc gives pieces of this size back to the system as soon as they are free. */
const pageSizeBytes = 1 << 20;
const compressing = {
  params: {
    // Made often, read once: fast before small.
    [constants.ZSTD_c_compressionLevel]: 1,
    [constants.ZSTD_c_windowLog]: Math.log2(blockSizeBytes),
  },
  chunkSize: outputSizeBytes,
};

/** Four letters, how many blocks; then of each the CRC-32 of what is kept of it. */
const magic = Buffer.from("WGS2", "latin1");
const entrySizeBytes = 4;
const headSizeBytes = magic.length + entrySizeBytes;

/** Before there were parts: one piece with all blocks, each with its length before it. */
const earlierMagic = Buffer.from("WGS1", "latin1");
const earlierBlockSizeBytes = 1 << 20;

/** Part 0 is the head, which says how many others there are. */
export type PartAt = (number: number) => Uint8Array | undefined;

/** What is kept: to be written once, then released. */
export class KeptBlocks {
  readonly head: Uint8Array;
  private readonly pages: ArrayBuffer[];
  private readonly blocks: readonly Uint8Array[];

  constructor(pages: ArrayBuffer[], blocks: readonly Uint8Array[]) {
    this.pages = pages;
    this.blocks = blocks;
    const head = Buffer.alloc(headSizeBytes + blocks.length * entrySizeBytes);
    head.set(magic);
    head.writeUInt32LE(blocks.length, magic.length);
    for (const [at, block] of blocks.entries()) {
      head.writeUInt32LE(crc32(block), headSizeBytes + at * entrySizeBytes);
    }
    this.head = head;
  }

  /** **Order**: of their numbers; the first is part 1. */
  get parts(): readonly Uint8Array[] {
    assert(this.pages.length > 0, "a copy is written before it is released");
    return this.blocks;
  }

  /** Gives the memory back now. */
  release(): void {
    for (const page of this.pages.splice(0)) page.transfer(0);
  }
}

export class BlockWriter {
  sizeBytes = 0;
  private readonly block = Buffer.allocUnsafeSlow(blockSizeBytes);
  private used = 0;
  private page = new ArrayBuffer(pageSizeBytes);
  private readonly pages = [this.page];
  private pageUsed = 0;
  private readonly blocks: Uint8Array[] = [];

  write(bytes: Uint8Array): void {
    this.sizeBytes += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + blockSizeBytes - this.used);
      at += piece.length;
      if (piece.length === blockSizeBytes) {
        this.compress(piece);
        continue;
      }
      this.block.set(piece, this.used);
      this.used += piece.length;
      if (this.used === blockSizeBytes) this.flush();
    }
  }

  end(): KeptBlocks {
    this.flush();
    releaseBuffer(this.block);
    return new KeptBlocks(this.pages, this.blocks);
  }

  private flush(): void {
    if (this.used > 0) this.compress(this.block.subarray(0, this.used));
    this.used = 0;
  }

  private compress(block: Uint8Array): void {
    const compressed = zstdCompressSync(block, compressing);
    if (this.pageUsed + compressed.length > pageSizeBytes) {
      this.page = new ArrayBuffer(pageSizeBytes);
      this.pages.push(this.page);
      this.pageUsed = 0;
    }
    const kept = new Uint8Array(this.page, this.pageUsed, compressed.length);
    kept.set(compressed);
    this.pageUsed += kept.length;
    this.blocks.push(kept);
    releaseBuffer(compressed);
  }
}

/** **Errors**: throws whatever is met in parts that are not whole. */
export class BlockReader {
  readonly sizeBytes: number;
  private readonly kept: Kept;
  private number = -1;
  private block: Uint8Array = new Uint8Array(0);

  constructor(kept: Kept) {
    this.kept = kept;
    const before = kept.count - 1;
    this.sizeBytes = before * kept.blockSizeBytes + this.blockAt(before).length;
  }

  /** Fills `into` with what begins there. **Cost**: least when it goes on where it was. */
  read(start: number, into: Uint8Array): void {
    const size = this.kept.blockSizeBytes;
    for (let done = 0; done < into.length; ) {
      const at = start + done;
      const number = Math.floor(at / size);
      const from = at - number * size;
      const piece = this.blockAt(number).subarray(from, from + into.length - done);
      if (piece.length === 0) throw new RangeError("a block is missing");
      into.set(piece, done);
      done += piece.length;
    }
  }

  /** Nothing is read any more. */
  end(): void {
    releaseBuffer(this.block);
  }

  private blockAt(number: number): Uint8Array {
    if (number === this.number) return this.block;
    const { count, blockSizeBytes: size, at } = this.kept;
    const block = zstdDecompressSync(at(number), { maxOutputLength: size, chunkSize: size + 64 });
    if (number < count - 1 && block.length !== size) throw new RangeError("a block is short");
    releaseBuffer(this.block);
    this.block = block;
    this.number = number;
    return block;
  }
}

interface Kept {
  readonly count: number;
  readonly blockSizeBytes: number;
  /** From 0. */
  at(number: number): Uint8Array;
}

/** Undefined where part 0 is no head. **Errors**: as of `BlockReader`. */
export function findBlocks(head: Uint8Array, partAt: PartAt): Kept | undefined {
  const data = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (earlierMagic.equals(data.subarray(0, earlierMagic.length))) return findEarlierBlocks(data);
  if (!magic.equals(data.subarray(0, magic.length))) return undefined;
  const count = data.readUInt32LE(magic.length);
  if (data.length !== headSizeBytes + count * entrySizeBytes) throw new RangeError("a cut head");
  if (partAt(count + 1) !== undefined) throw new RangeError("there is more than was written");
  const at = (number: number): Uint8Array => {
    const part = partAt(number + 1);
    if (part === undefined) throw new RangeError("a part is missing");
    const expected = data.readUInt32LE(headSizeBytes + number * entrySizeBytes);
    if (crc32(part) !== expected) throw new RangeError("a part is another one");
    return part;
  };
  return { count, blockSizeBytes, at };
}

function findEarlierBlocks(data: Buffer): Kept {
  const blocks: Uint8Array[] = [];
  let end = headSizeBytes;
  for (let left = data.readUInt32LE(magic.length); left > 0; left--) {
    const start = end + 4;
    end = start + data.readUInt32LE(end);
    if (end > data.length) throw new RangeError("a block is cut");
    blocks.push(data.subarray(start, end));
  }
  if (end !== data.length) throw new RangeError("there is more than was written");
  const at = (number: number): Uint8Array => {
    const block = blocks[number];
    if (block === undefined) throw new RangeError("a block is missing");
    return block;
  };
  return { count: blocks.length, blockSizeBytes: earlierBlockSizeBytes, at };
}

/** Gives the memory of bytes back now. Small ones lie beside others, and are left. */
export function releaseBuffer({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0);
}
