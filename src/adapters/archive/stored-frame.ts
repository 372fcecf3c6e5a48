/**
 * Holds a frame as it is stored: a skippable frame of zstd that says what follows, then the records
 * compressed. So a segment is a file that `zstd -d` reads, and can be walked without its index.
 * In: a plain frame. Out: stored bytes; back: the same, checked.
 * Must never decompress what its checksum does not vouch for.
 * **Source**: RFC 8878, section 3.1.2 (skippable frames).
 */
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { FrameStart, PlainFrame } from "./plain-frame.ts";

const magic = 0x184d2a57;
const contentSizeBytes = 32;
export const prefixSizeBytes = 8 + contentSizeBytes;
/** Frames of one record may be as large as a line; beyond this a size is a wrong one. */
const sizeBytesMax = 128 * 1024 * 1024;
/** Fast, and as small as higher levels make it within a tenth. */
const level = 1;

export interface StoredFrame extends FrameStart {
  /** **Unit**: bytes with the prefix. */
  readonly storedSize: number;
  readonly plainSize: number;
  readonly checksum: number;
}

export function storeFrame(frame: PlainFrame): Buffer {
  const plain = frame.bytes;
  const packed = zstdCompressSync(plain, {
    params: { [constants.ZSTD_c_compressionLevel]: level },
    chunkSize: 64 * 1024,
  });
  const prefix = Buffer.alloc(prefixSizeBytes);
  prefix.writeUInt32LE(magic, 0);
  prefix.writeUInt32LE(contentSizeBytes, 4);
  prefix.writeDoubleLE(frame.firstSequence, 8);
  prefix.writeDoubleLE(frame.beforeUs, 16);
  prefix.writeUInt32LE(frame.recordCount, 24);
  prefix.writeUInt32LE(plain.length, 28);
  prefix.writeUInt32LE(packed.length, 32);
  prefix.writeUInt32LE(crc32(packed, crc32(prefix.subarray(0, 36))), 36);
  return Buffer.concat([prefix, packed]);
}

/** Undefined for what is no prefix. */
export function readPrefix(bytes: Buffer): StoredFrame | undefined {
  if (bytes.length < prefixSizeBytes || bytes.readUInt32LE(0) !== magic) return undefined;
  if (bytes.readUInt32LE(4) !== contentSizeBytes) return undefined;
  const frame = {
    firstSequence: bytes.readDoubleLE(8),
    beforeUs: bytes.readDoubleLE(16),
    recordCount: bytes.readUInt32LE(24),
    plainSize: bytes.readUInt32LE(28),
    storedSize: bytes.readUInt32LE(32) + prefixSizeBytes,
    checksum: bytes.readUInt32LE(36),
  };
  const isSane =
    Number.isSafeInteger(frame.firstSequence) &&
    frame.storedSize <= sizeBytesMax &&
    frame.plainSize <= sizeBytesMax;
  return isSane ? frame : undefined;
}

/** The plain records behind a prefix; undefined when a byte of either is not as it was written. */
export function openFrame(bytes: Buffer): Buffer | undefined {
  const frame = readPrefix(bytes);
  if (frame === undefined || frame.storedSize !== bytes.length) return undefined;
  const packed = bytes.subarray(prefixSizeBytes);
  if (crc32(packed, crc32(bytes.subarray(0, 36))) !== frame.checksum) return undefined;
  try {
    const plain = zstdDecompressSync(packed, {
      maxOutputLength: Math.max(1, frame.plainSize),
      chunkSize: Math.max(64, frame.plainSize + 64),
    });
    return plain.length === frame.plainSize ? plain : undefined;
  } catch {
    return undefined;
  }
}
