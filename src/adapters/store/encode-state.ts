/**
 * Holds how the state of folds is kept.
 * In: what the structured clone algorithm can copy. Out: parts with checksums, and the same state
 * again. Must never hold all of it beside its compressed form: a state is mostly arrays of numbers,
 * which go into blocks from where they are, and so does what V8 wrote until then.
 *
 * Copied and compressed in one pause: of 22 MB the copy takes 35 ms, level 1 of zstd 60. To
 * compress later would keep the 22 MB until then, and most of the pause is the dump.
 */
import { DefaultDeserializer, DefaultSerializer } from "node:v8";
import { readEarlierState } from "./read-earlier-state.ts";
import {
  BlockReader,
  BlockWriter,
  isHead,
  type KeptBlocks,
  type PartAt,
  releaseBuffer,
} from "./state-blocks.ts";
import { readView, typeOfView, type View } from "./state-views.ts";

/**
 * **Unit**: bytes. A smaller array stays within what V8 writes. Before a larger one V8's buffer is
 * emptied: it would grow to a quarter of the state, in memory that malloc does not give back.
 */
const viewSizeBytesMin = 1024;

/** A state as it was at one moment, in the form that is written: once. */
export class StateCopy {
  readonly blocks: KeptBlocks;

  constructor(state: unknown) {
    const serializer = new StateSerializer();
    serializer.writeHeader();
    serializer.writeValue(state);
    this.blocks = serializer.end();
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

/** In turns: what V8 wrote up to an array of numbers, the array. What V8 wrote is last. */
class StateSerializer extends DefaultSerializer {
  private readonly blocks = new BlockWriter();

  /** Called by V8, for each view of a buffer. */
  _writeHostObject(view: View): void {
    const { buffer, byteOffset, byteLength } = view;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    this.writeUint32(typeOfView(view));
    this.writeUint32(byteLength);
    if (byteLength < viewSizeBytesMin) {
      this.writeRawBytes(bytes);
      return;
    }
    this.flush();
    this.blocks.writeRun(bytes);
  }

  end(): KeptBlocks {
    this.flush();
    return this.blocks.end();
  }

  private flush(): void {
    const written = this.releaseBuffer();
    this.blocks.writeRun(written);
    releaseBuffer(written);
  }
}

class StateDeserializer extends DefaultDeserializer {
  private readonly views: Iterator<ArrayBuffer>;

  constructor(written: Uint8Array, views: Iterator<ArrayBuffer>) {
    super(written);
    this.views = views;
  }

  /** Called by V8, where a view was. */
  _readHostObject(): View {
    const type = this.readUint32();
    const length = this.readUint32();
    if (length < viewSizeBytesMin) {
      return readView(type, Uint8Array.from(this.readRawBytes(length)).buffer);
    }
    const { value } = this.views.next();
    if (value?.byteLength !== length) throw new RangeError("there is no such view");
    return readView(type, value);
  }
}

/** **Errors**: throws whatever is met in parts that are not whole. */
function readState(partAt: PartAt): unknown {
  const head = partAt(0);
  if (head === undefined) throw new RangeError("there is no head");
  if (!isHead(head)) return readEarlierState(head);
  const reader = new BlockReader(head, partAt);
  const views: ArrayBuffer[] = [];
  // V8 reads from one piece only.
  const written = Buffer.allocUnsafeSlow(sumOf(reader.runs.filter((_, at) => at % 2 === 0)));
  let writtenUpTo = 0;
  for (const [at, length] of reader.runs.entries()) {
    if (at % 2 === 0) {
      reader.read(written.subarray(writtenUpTo, writtenUpTo + length));
      writtenUpTo += length;
    } else {
      const view = new ArrayBuffer(length);
      reader.read(new Uint8Array(view));
      views.push(view);
    }
  }
  reader.end();
  const deserializer = new StateDeserializer(written, views.values());
  deserializer.readHeader();
  const state: unknown = deserializer.readValue();
  releaseBuffer(written);
  return state;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
