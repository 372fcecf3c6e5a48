/**
 * Holds one file that is being read: plain, where it may still grow, or a rotated gzip.
 * In: a path. Out: bytes from a position on, and what the system says of the file now.
 * It stays the same file however it is renamed; must never be left open.
 */
import type { BigIntStats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { createGunzip, constants as flush, gunzipSync } from "node:zlib";
import { headSizeMax } from "./file-identity.ts";
import { gzipEnding } from "./order-siblings.ts";

/** What tells files apart and whether they changed. */
export interface FileState {
  readonly device: string;
  readonly inode: string;
  /** **Unit**: bytes as stored. */
  readonly size: number;
  /** **Unit**: milliseconds since the epoch, of the last write. */
  readonly writtenMs: number;
}

export interface StoredFile {
  readonly path: string;
  /** A gzip is whole when it is there: nothing is appended to it. */
  readonly isGzip: boolean;
  state(): Promise<FileState>;
  /** The first bytes of the content, up to `headSizeMax`. */
  head(): Promise<Uint8Array>;
  /** In words, why a gzip ended early; "" when it did not. */
  readonly damage: string;
  /**
   * Fills the buffer from an offset of the content on; 0 at the end. Of a gzip, offsets only grow,
   * and what lies behind damage is not given.
   * **Errors**: throws what the system says.
   */
  read(buffer: Uint8Array, offset: number): Promise<number>;
  close(): Promise<void>;
}

/** **Errors**: throws what the system says. */
export async function openStored(path: string): Promise<StoredFile> {
  const handle = await open(path, "r");
  return path.endsWith(gzipEnding) ? new GzipFile(path, handle) : new PlainFile(path, handle);
}

export function stateOf(found: BigIntStats): FileState {
  return {
    device: String(found.dev),
    inode: String(found.ino),
    size: Number(found.size),
    writtenMs: Number(found.mtimeMs),
  };
}

class PlainFile implements StoredFile {
  readonly isGzip = false;
  readonly damage = "";
  readonly path: string;
  private readonly handle: FileHandle;

  constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.handle = handle;
  }

  async state(): Promise<FileState> {
    return stateOf(await this.handle.stat({ bigint: true }));
  }

  head(): Promise<Uint8Array> {
    return readStart(this.handle, headSizeMax);
  }

  async read(buffer: Uint8Array, offset: number): Promise<number> {
    return (await this.handle.read(buffer, 0, buffer.length, offset)).bytesRead;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** **Unit**: stored bytes in which the first kilobyte of content is, however badly compressed. */
const gzipStartSize = 8192;

class GzipFile implements StoredFile {
  readonly isGzip = true;
  readonly path: string;
  damage = "";
  private readonly handle: FileHandle;
  private chunks: AsyncIterator<Uint8Array> | undefined;
  private end: (() => void) | undefined;
  /** What was decompressed and not handed out, and where in the content it begins. */
  private rest: Uint8Array = new Uint8Array(0);
  private restOffset = 0;

  constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.handle = handle;
  }

  async state(): Promise<FileState> {
    return stateOf(await this.handle.stat({ bigint: true }));
  }

  async head(): Promise<Uint8Array> {
    const stored = await readStart(this.handle, gzipStartSize);
    const content = gunzipSync(stored, { finishFlush: flush.Z_SYNC_FLUSH });
    return content.subarray(0, headSizeMax);
  }

  async read(buffer: Uint8Array, offset: number): Promise<number> {
    this.chunks ??= this.start();
    while (offset >= this.restOffset + this.rest.length) {
      const next = await this.next(this.chunks);
      if (next === undefined) return 0;
      this.restOffset += this.rest.length;
      this.rest = next;
    }
    const from = offset - this.restOffset;
    const part = this.rest.subarray(from, from + buffer.length);
    buffer.set(part);
    return part.length;
  }

  async close(): Promise<void> {
    this.end?.();
    await this.handle.close();
  }

  private async next(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
    if (this.damage !== "") return undefined;
    try {
      const next = await chunks.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      this.damage = error instanceof Error ? error.message : "it cannot be decompressed";
      return undefined;
    }
  }

  private start(): AsyncIterator<Uint8Array> {
    const source = this.handle.createReadStream({ start: 0, autoClose: false });
    const gunzip = createGunzip({ chunkSize: 256 * 1024 });
    source.on("error", (error) => gunzip.destroy(error));
    source.pipe(gunzip);
    this.end = () => {
      source.destroy();
      gunzip.destroy();
    };
    return gunzip[Symbol.asyncIterator]();
  }
}

async function readStart(handle: FileHandle, sizeMax: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeMax);
  const { bytesRead } = await handle.read(bytes, 0, sizeMax, 0);
  return bytes.subarray(0, bytesRead);
}
