/**
 * Holds how the state of folds is kept.
 * In: what the structured clone algorithm can copy. Out: compressed bytes with a checksum, and the
 * same state again.
 */
import { promisify } from "node:util";
import { deserialize, serialize } from "node:v8";
import { constants, zstdCompress, zstdDecompressSync } from "node:zlib";

const compress = promisify(zstdCompress);

/** Made often, read once: fast before small. */
const parameters = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_checksumFlag]: 1,
};

/** A state as it was at one moment. */
export class StateCopy {
  readonly bytes: Buffer;

  constructor(state: unknown) {
    this.bytes = serialize(state);
  }
}

/** Compresses beside other work. **Errors**: rejects for what cannot be copied. */
export async function encodeState(state: unknown): Promise<Uint8Array> {
  const { bytes } = state instanceof StateCopy ? state : new StateCopy(state);
  return await compress(bytes, { params: parameters });
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
