/**
 * Holds how the state of folds is kept.
 * In: what the structured clone algorithm can copy. Out: compressed bytes with a checksum, and the
 * same state again.
 */
import { deserialize, serialize } from "node:v8";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Made often, read once: fast before small. */
const parameters = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_checksumFlag]: 1,
};

export function encodeState(state: unknown): Uint8Array {
  return zstdCompressSync(serialize(state), { params: parameters });
}

/** Undefined for bytes that are damaged, or that a later V8 wrote. */
export function decodeState(bytes: unknown): { readonly state: unknown } | undefined {
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    return { state: deserialize(zstdDecompressSync(bytes)) };
  } catch {
    return undefined;
  }
}
