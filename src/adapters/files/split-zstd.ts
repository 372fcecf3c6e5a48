/**
 * Holds the cutting of stored zstd bytes at the ends of their frames.
 * In: chunks of a zstd file. Out: the same bytes, no piece reaching beyond the end of a frame.
 * Needed because Node's decoder silently drops what follows the end of a frame in the same write
 * (seen in 24.21). Only sizes are read here; whether the frames are sound is the decoder's part.
 * **Source**: RFC 8878, section 3.1.
 */
const frameMagic = 0xfd2fb528;
/** The low four bits are free: 16 kinds of frames for other purposes. */
const skippableMagic = 0x184d2a50;
const dictionarySizes = [0, 1, 2, 4] as const;
const contentSizes = [0, 2, 4, 8] as const;
const blockHeaderSizeBytes = 3;

type Part = "magic" | "skippable-size" | "block" | "rest";

const headerSizes: Readonly<Record<Part, number>> = {
  magic: 5,
  "skippable-size": 8,
  block: blockHeaderSizeBytes,
  rest: Number.POSITIVE_INFINITY,
};

export async function* splitZstd(stored: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const walker = new FrameWalker();
  for await (const chunk of stored) {
    let start = 0;
    while (start < chunk.length) {
      const end = walker.walk(chunk, start);
      yield chunk.subarray(start, end);
      start = end;
    }
  }
}

class FrameWalker {
  private part: Part = "magic";
  private header: number[] = [];
  /** Bytes to pass over before the next header. */
  private skip = 0;
  private checksumSizeBytes = 0;
  private isFrameEnd = false;

  /** Returns where the frame ends in the chunk, or the end of the chunk. */
  walk(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length) {
      if (this.skip > 0) {
        const passed = Math.min(this.skip, chunk.length - at);
        this.skip -= passed;
        at += passed;
      } else if (this.isFrameEnd) {
        this.isFrameEnd = false;
        this.part = "magic";
        if (at > from) return at;
      } else if (this.part === "rest") {
        return chunk.length;
      } else {
        this.header.push(chunk[at] ?? 0);
        at++;
        if (this.header.length === headerSizes[this.part]) this.readHeader();
      }
    }
    return at;
  }

  private readHeader(): void {
    const { header, part } = this;
    const start = littleEndian(header, 0, 4);
    if (part === "magic" && start === frameMagic) this.startFrame(header[4] ?? 0);
    else if (part === "magic" && (start & ~0xf) >>> 0 === skippableMagic) {
      this.part = "skippable-size";
      return;
    } else if (part === "skippable-size") {
      this.skip = littleEndian(header, 4, 4);
      this.isFrameEnd = true;
    } else if (part === "block") this.startBlock(littleEndian(header, 0, blockHeaderSizeBytes));
    else this.part = "rest";
    this.header = [];
  }

  private startFrame(descriptor: number): void {
    const isSingle = (descriptor & 0x20) !== 0;
    const contentFlag = descriptor >> 6;
    const windowSize = isSingle ? 0 : 1;
    const contentSize = isSingle && contentFlag === 0 ? 1 : (contentSizes[contentFlag] ?? 0);
    this.skip = windowSize + (dictionarySizes[descriptor & 3] ?? 0) + contentSize;
    this.checksumSizeBytes = (descriptor & 4) === 0 ? 0 : 4;
    this.part = "block";
  }

  private startBlock(header: number): void {
    const isLast = (header & 1) !== 0;
    const isRepeatedByte = ((header >> 1) & 3) === 1;
    this.skip = (isRepeatedByte ? 1 : header >>> 3) + (isLast ? this.checksumSizeBytes : 0);
    this.isFrameEnd = isLast;
  }
}

function littleEndian(bytes: readonly number[], from: number, count: number): number {
  let value = 0;
  for (let at = count - 1; at >= 0; at--) value = value * 256 + (bytes[from + at] ?? 0);
  return value;
}
