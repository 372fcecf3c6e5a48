/**
 * Holds how the state of folds is kept.
 * In: what the structured clone algorithm can copy. Out: compressed bytes with checksums, and the
 * same state again. Must never hold all of it beside its compressed form: a state is mostly
 * arrays of numbers, and they go into blocks one by one, from where they are.
 */
import { DefaultDeserializer, DefaultSerializer, deserialize } from "node:v8";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** **Unit**: bytes that are compressed at once. */
const blockSizeBytes = 1 << 20;
const parameters = {
  // Made often, read once: fast before small.
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_checksumFlag]: 1,
};
const compressing = { params: parameters, chunkSize: 1 << 16 };
const decompressing = { maxOutputLength: blockSizeBytes, chunkSize: blockSizeBytes };

/**
 * Four letters, how many blocks; then each with its length before it. Within the blocks: arrays of
 * numbers one after the other, all the rest, the lengths of the rest and of everything.
 */
const magic = Buffer.from("WGS1", "latin1");
const trailerSizeBytes = 16;

/** **Order**: the place is what is written; never changed, only added to. */
const viewTypes = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

type View = InstanceType<(typeof viewTypes)[number]>;

/** A state as it was at one moment, in the form that is written. */
export class StateCopy {
  readonly bytes: Uint8Array;

  constructor(state: unknown) {
    const blocks = new BlockWriter();
    const serializer = new StateSerializer(blocks);
    serializer.writeHeader();
    serializer.writeValue(state);
    const rest = serializer.releaseBuffer();
    blocks.write(rest);
    const trailer = Buffer.alloc(trailerSizeBytes);
    trailer.writeDoubleLE(rest.length, 0);
    trailer.writeDoubleLE(blocks.sizeBytes + trailerSizeBytes, 8);
    blocks.write(trailer);
    this.bytes = blocks.end();
  }
}

/** **Errors**: throws for what cannot be copied. */
export function encodeState(state: unknown): Uint8Array {
  return (state instanceof StateCopy ? state : new StateCopy(state)).bytes;
}

/** Undefined for bytes that are damaged, or that a later V8 wrote. */
export function decodeState(bytes: unknown): { readonly state: unknown } | undefined {
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    const isInBlocks = magic.equals(bytes.subarray(0, magic.length));
    // Earlier ones are one block without a frame of ours.
    return { state: isInBlocks ? readState(bytes) : deserialize(zstdDecompressSync(bytes)) };
  } catch {
    return undefined;
  }
}

class BlockWriter {
  sizeBytes = 0;
  private readonly block = Buffer.allocUnsafeSlow(blockSizeBytes);
  private used = 0;
  private readonly parts: Uint8Array[] = [];

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

  end(): Uint8Array {
    this.flush();
    const head = Buffer.alloc(magic.length + 4);
    head.set(magic);
    head.writeUInt32LE(this.parts.length / 2, magic.length);
    return Buffer.concat([head, ...this.parts]);
  }

  private flush(): void {
    if (this.used > 0) this.compress(this.block.subarray(0, this.used));
    this.used = 0;
  }

  private compress(block: Uint8Array): void {
    const compressed = zstdCompressSync(block, compressing);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(compressed.length);
    this.parts.push(length, compressed);
  }
}

/** Hands arrays of numbers on, and only notes how long they are. */
class StateSerializer extends DefaultSerializer {
  private readonly blocks: BlockWriter;

  constructor(blocks: BlockWriter) {
    super();
    this.blocks = blocks;
  }

  /** Called by V8, for each view of a buffer. */
  _writeHostObject(view: View): void {
    const type = viewTypes.findIndex((one) => view instanceof one);
    if (type < 0) throw new TypeError("a state holds no such view of a buffer");
    const { buffer, byteOffset, byteLength } = view;
    this.writeUint32(type);
    this.writeUint32(byteLength);
    this.blocks.write(new Uint8Array(buffer, byteOffset, byteLength));
  }
}

class StateDeserializer extends DefaultDeserializer {
  private readonly views: Uint8Array;
  private readUpTo = 0;

  constructor(rest: Uint8Array, views: Uint8Array) {
    super(rest);
    this.views = views;
  }

  /** Called by V8, where a view was. */
  _readHostObject(): View {
    const type = viewTypes[this.readUint32()];
    const start = this.readUpTo;
    this.readUpTo += this.readUint32();
    if (type === undefined || this.readUpTo > this.views.length) throw new RangeError("no view");
    return new type(this.views.slice(start, this.readUpTo).buffer);
  }
}

/** **Errors**: throws whatever is met in bytes that are not whole. */
function readState(bytes: Uint8Array): unknown {
  const all = Buffer.concat(readBlocks(bytes));
  const end = all.length - trailerSizeBytes;
  const restLength = all.readDoubleLE(end);
  if (all.readDoubleLE(end + 8) !== all.length) throw new RangeError("blocks are missing");
  const viewsLength = end - restLength;
  const views = new Uint8Array(all.buffer, all.byteOffset, viewsLength);
  const reader = new StateDeserializer(all.subarray(viewsLength, end), views);
  reader.readHeader();
  return reader.readValue();
}

function readBlocks(bytes: Uint8Array): readonly Uint8Array[] {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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
