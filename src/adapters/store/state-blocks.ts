/**
 * Holds the form in which a long run of bytes is kept: compressed blocks, and a head that knows
 * them. In: runs of bytes. Out: the parts; the same runs again, block by block.
 * Must never hold all bytes in one piece, nor memory longer than it is told to: what is left to the
 * garbage collector lies between what lives, and the memory of malloc grows by it.
 */
import { strict as assert } from "node:assert";
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/**
 * **Unit**: bytes that are compressed at once; all blocks but the last have as many. With half of
 * it compressing takes half as long again, with four times as much the parts are 2 % smaller.
 */
const blockSizeBytes = 1 << 18;
/** No block grows by so much: its output is one piece. */
const chunkSize = blockSizeBytes + (blockSizeBytes >> 6);
/** **Unit**: bytes. malloc gives pieces of this size back to the system once they are free. */
const pageSizeBytes = 1 << 20;
const compressing = {
  params: {
    // Made often, read once: fast before small.
    [constants.ZSTD_c_compressionLevel]: 1,
    [constants.ZSTD_c_windowLog]: Math.log2(blockSizeBytes),
  },
  chunkSize,
};
const decompressing = { maxOutputLength: blockSizeBytes, chunkSize };

/**
 * Four letters; as numbers of 32 bits: how many blocks, the CRC-32 of each as it is kept, the
 * lengths of the runs, the CRC-32 of all this.
 */
const magic = Buffer.from("WGS2", "latin1");
const numberSizeBytes = 4;

/** Part 0 is the head, which says how many others there are. */
export type PartAt = (number: number) => Uint8Array | undefined;

export function isHead(part: Uint8Array): boolean {
  return magic.equals(part.subarray(0, magic.length));
}

/** What is kept: to be written once, then released. */
export class KeptBlocks {
  readonly head: Uint8Array;
  private readonly pages: ArrayBuffer[];
  private readonly blocks: readonly Uint8Array[];

  constructor(head: Uint8Array, pages: ArrayBuffer[], blocks: readonly Uint8Array[]) {
    this.head = head;
    this.pages = pages;
    this.blocks = blocks;
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
  private readonly runs: number[] = [];
  private readonly block = Buffer.allocUnsafeSlow(blockSizeBytes);
  private used = 0;
  private page = new ArrayBuffer(pageSizeBytes);
  private readonly pages = [this.page];
  private pageUsed = 0;
  private readonly blocks: Uint8Array[] = [];

  writeRun(bytes: Uint8Array): void {
    this.runs.push(bytes.length);
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
    const numbers = [this.blocks.length, ...this.blocks.map((block) => crc32(block)), ...this.runs];
    const head = Buffer.alloc(magic.length + (numbers.length + 1) * numberSizeBytes);
    head.set(magic);
    let at = magic.length;
    for (const number of numbers) at = head.writeUInt32LE(number, at);
    head.writeUInt32LE(crc32(head.subarray(0, at)), at);
    return new KeptBlocks(head, this.pages, this.blocks);
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

/** **Errors**: all of it throws for parts that are not whole. */
export class BlockReader {
  /** **Unit**: bytes of each run. **Order**: as they were written. */
  readonly runs: readonly number[];
  private readonly sums: readonly number[];
  private readonly partAt: PartAt;
  private number = 0;
  private block: Uint8Array = new Uint8Array(0);
  private used = 0;

  constructor(head: Uint8Array, partAt: PartAt) {
    const data = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
    const end = data.length - numberSizeBytes;
    if (data.readUInt32LE(end) !== crc32(data.subarray(0, end))) throw new RangeError("a head");
    const numbers: number[] = [];
    for (let at = magic.length; at < end; at += numberSizeBytes)
      numbers.push(data.readUInt32LE(at));
    const [count = 0, ...more] = numbers;
    this.sums = more.slice(0, count);
    this.runs = more.slice(count);
    this.partAt = partAt;
  }

  /** Fills `into` with what comes next. */
  read(into: Uint8Array): void {
    for (let done = 0; done < into.length; ) {
      if (this.used === this.block.length) this.next();
      const piece = this.block.subarray(this.used, this.used + into.length - done);
      into.set(piece, done);
      done += piece.length;
      this.used += piece.length;
    }
  }

  /** All was read. */
  end(): void {
    const isAll = this.used === this.block.length && this.number === this.sums.length;
    if (!isAll || this.partAt(this.number + 1) !== undefined) throw new RangeError("there is more");
    releaseBuffer(this.block);
  }

  private next(): void {
    releaseBuffer(this.block);
    const part = this.partAt(this.number + 1);
    if (part === undefined || crc32(part) !== this.sums[this.number])
      throw new RangeError("a part");
    this.block = zstdDecompressSync(part, decompressing);
    if (this.block.length === 0) throw new RangeError("a block is empty");
    this.number += 1;
    this.used = 0;
  }
}

/** Gives the memory of bytes back now. Small ones lie beside others, and are left. */
export function releaseBuffer({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0);
}
