/**
 * Holds how the state of folds is kept.
 * In: what the structured clone algorithm can copy. Out: parts with checksums, and the same state
 * again. Must never hold all of it beside its compressed form: a state is mostly arrays of numbers,
 * and they go into blocks one by one, from where they are.
 *
 * Copied and compressed in one pause: of 22 MB the copy takes 35 ms, level 1 of zstd 60. To compress
 * later would keep the 22 MB until then, to spare a pause of which most is the dump.
 */
import { DefaultDeserializer, DefaultSerializer, deserialize } from "node:v8";
import { zstdDecompressSync } from "node:zlib";
import {
  BlockReader,
  BlockWriter,
  findBlocks,
  type KeptBlocks,
  type PartAt,
  releaseBuffer,
} from "./state-blocks.ts";

/**
 * Within the blocks: arrays of numbers one after the other, all the rest, the lengths of the rest
 * and of everything.
 */
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

/** A state as it was at one moment, in the form that is written: once. */
export class StateCopy {
  readonly blocks: KeptBlocks;

  constructor(state: unknown) {
    const blocks = new BlockWriter();
    const serializer = new StateSerializer(blocks);
    serializer.writeHeader();
    serializer.writeValue(state);
    const rest = serializer.releaseBuffer();
    const trailer = Buffer.alloc(trailerSizeBytes);
    trailer.writeDoubleLE(rest.length, 0);
    blocks.write(rest);
    releaseBuffer(rest);
    trailer.writeDoubleLE(blocks.sizeBytes + trailerSizeBytes, 8);
    blocks.write(trailer);
    this.blocks = blocks.end();
  }
}

/** **Errors**: throws for what cannot be copied. */
export function encodeState(state: unknown): KeptBlocks {
  return (state instanceof StateCopy ? state : new StateCopy(state)).blocks;
}

/**
 * Undefined for parts that are damaged, missing or of another state, or that a later V8 wrote.
 * **Errors**: throws what `partAt` throws.
 */
export function decodeState(partAt: PartAt): { readonly state: unknown } | undefined {
  let failure: { readonly error: unknown } | undefined;
  const readPart: PartAt = (number) => {
    try {
      return partAt(number);
    } catch (error) {
      failure = { error };
      throw error;
    }
  };
  try {
    return { state: readState(readPart) };
  } catch {
    if (failure !== undefined) throw failure.error;
    return undefined;
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
  readUpTo = 0;
  private readonly blocks: BlockReader;
  private readonly viewsLength: number;

  constructor(rest: Uint8Array, blocks: BlockReader, viewsLength: number) {
    super(rest);
    this.blocks = blocks;
    this.viewsLength = viewsLength;
  }

  /** Called by V8, where a view was. */
  _readHostObject(): View {
    const type = viewTypes[this.readUint32()];
    const length = this.readUint32();
    const start = this.readUpTo;
    this.readUpTo += length;
    if (type === undefined || this.readUpTo > this.viewsLength) throw new RangeError("no view");
    const bytes = new Uint8Array(length);
    this.blocks.read(start, bytes);
    return new type(bytes.buffer);
  }
}

/** **Errors**: throws whatever is met in parts that are not whole. */
function readState(partAt: PartAt): unknown {
  const head = partAt(0);
  if (head === undefined) throw new RangeError("there is no head");
  const kept = findBlocks(head, partAt);
  // The earliest ones are one block without a frame of ours.
  if (kept === undefined) return deserialize(zstdDecompressSync(head));
  const blocks = new BlockReader(kept);
  const end = blocks.sizeBytes - trailerSizeBytes;
  const trailer = Buffer.alloc(trailerSizeBytes);
  blocks.read(end, trailer);
  const viewsLength = end - trailer.readDoubleLE(0);
  if (trailer.readDoubleLE(8) !== blocks.sizeBytes) throw new RangeError("blocks are missing");
  const rest = Buffer.allocUnsafeSlow(end - viewsLength);
  blocks.read(viewsLength, rest);
  const reader = new StateDeserializer(rest, blocks, viewsLength);
  reader.readHeader();
  const state: unknown = reader.readValue();
  if (reader.readUpTo !== viewsLength) throw new RangeError("a view is missing");
  blocks.end();
  releaseBuffer(rest);
  return state;
}
