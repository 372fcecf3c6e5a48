/**
 * Holds decompression by content: plain, gzip, zstd and xz bytes in, plain bytes out.
 * In: the stored chunks of a file. Out: decompressed chunks, all that lie before any damage, and in
 * words how the stream ended early. A byte order mark at the start is dropped, UTF-16 made UTF-8.
 * Must never hold more than a few chunks, however much the stored bytes expand to.
 */
import type { Transform } from "node:stream";
import { TextDecoder } from "node:util";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { type Damage, decompressXz } from "./decompress-xz.ts";
import { splitZstd } from "./split-zstd.ts";

export type Compression = "plain" | "gzip" | "zstd" | "xz";

export interface Decompressed {
  readonly compression: Compression;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly damage: Damage;
}

/**
 * A transform that fails drops what it had made of the write it failed in, up to one output chunk:
 * both are kept small, and writes smallest at the start, where a little is much of a small file.
 */
const outputSizeBytes = 64 * 1024;
const firstWriteSizeBytes = 512;
const writeSizeBytes = 4096;
const firstPartSizeBytes = 64 * 1024;
const headSizeBytes = 6;

const signatures: readonly (readonly [Compression, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
];

/** Reads as much as tells the compression. The rest is read when `chunks` is. */
export async function decompress(stored: AsyncGenerator<Uint8Array>): Promise<Decompressed> {
  const damage: Damage = { text: undefined };
  const { head, ended } = await readHead(stored);
  const whole = replay(head, ended ? undefined : stored, damage);
  const compression = tellCompression(head);
  const plain = compression === "plain" ? whole : expand(compression, whole, damage);
  return { compression, chunks: normalizeText(plain), damage };
}

function tellCompression(head: readonly Uint8Array[]): Compression {
  const start = Buffer.concat(head).subarray(0, headSizeBytes);
  const found = signatures.find(([, bytes]) => bytes.every((byte, at) => start[at] === byte));
  return found?.[0] ?? "plain";
}

/** The chunks are valid as long as the last of them is: those before it are copies. */
async function readHead(
  stored: AsyncGenerator<Uint8Array>,
): Promise<{ head: Uint8Array[]; ended: boolean }> {
  const head: Uint8Array[] = [];
  let size = 0;
  while (size < headSizeBytes) {
    const next = await stored.next();
    if (next.done === true) return { head, ended: true };
    size += next.value.length;
    head.push(size < headSizeBytes ? Uint8Array.from(next.value) : next.value);
  }
  return { head, ended: false };
}

/** A read that fails in the midst ends the stream like a cut file: what came before it counts. */
async function* replay(
  head: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array> | undefined,
  damage: Damage,
): AsyncGenerator<Uint8Array> {
  try {
    yield* head;
    if (rest !== undefined) yield* rest;
  } catch (error) {
    damage.text ??= `reading it failed: ${wordsOf(error)}`;
  } finally {
    await rest?.return(undefined);
  }
}

function expand(
  compression: "gzip" | "zstd" | "xz",
  stored: AsyncGenerator<Uint8Array>,
  damage: Damage,
): AsyncGenerator<Uint8Array> {
  if (compression === "xz") return decompressXz(stored, damage);
  const options = { chunkSize: outputSizeBytes };
  const isGzip = compression === "gzip";
  const source = isGzip ? stored : splitZstd(stored);
  const transform = isGzip ? createGunzip(options) : createZstdDecompress(options);
  return pump(source, transform, (error) => {
    damage.text ??= tellDamage(compression, error);
  });
}

/**
 * Pulls bytes through a transform. Not a `pipeline` and not its iterator: both throw away what the
 * transform had already given when it fails later, and that part is good.
 */
async function* pump(
  stored: AsyncGenerator<Uint8Array>,
  transform: Transform,
  onFailure: (error: Error) => void,
): AsyncGenerator<Uint8Array> {
  let wake = (): void => {};
  let over = false;
  const finish = (error?: Error): void => {
    over = true;
    if (error !== undefined) onFailure(error);
    wake();
  };
  transform.on("readable", () => wake());
  transform.on("end", () => finish());
  transform.on("error", finish);
  const fed = feed(stored, transform);
  try {
    for (;;) {
      const chunk: unknown = transform.read();
      if (chunk instanceof Uint8Array) yield chunk;
      else if (over) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    transform.destroy();
    await fed;
  }
}

/** Never rejects: `replay` turned failed reads into damage, the transform reports its own. */
async function feed(stored: AsyncGenerator<Uint8Array>, transform: Transform): Promise<void> {
  let release = (_taken: boolean): void => {};
  // A transform that fails never calls back for the write that it failed in.
  transform.on("close", () => release(false));
  for await (const piece of cutPieces(stored)) {
    if (transform.destroyed) return;
    const taken = await new Promise<boolean>((resolve) => {
      release = resolve;
      transform.write(piece, (error) => resolve(error === null || error === undefined));
    });
    if (!taken) return;
  }
  transform.end();
}

async function* cutPieces(stored: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let position = 0;
  for await (const chunk of stored) {
    let at = 0;
    while (at < chunk.length) {
      const sizeBytes = position < firstPartSizeBytes ? firstWriteSizeBytes : writeSizeBytes;
      const piece = chunk.subarray(at, at + sizeBytes);
      yield piece;
      at += piece.length;
      position += piece.length;
    }
  }
}

function tellDamage(compression: string, error: Error): string {
  const code = "code" in error ? String(error.code) : "";
  if (code === "Z_BUF_ERROR") return `its ${compression} stream was cut`;
  return `its ${compression} stream is damaged: ${error.message}`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** PowerShell writes `>` as UTF-16 with a mark; editors put a UTF-8 mark before the first line. */
async function* normalizeText(expanded: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { head, ended } = await readHead(expanded);
  try {
    const start = Buffer.concat(head);
    const rest = ended ? undefined : expanded;
    if (start[0] === 0xff && start[1] === 0xfe) {
      yield* transcode(start, rest, new TextDecoder("utf-16le"));
    } else {
      const marked = start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf;
      const first = marked ? start.subarray(3) : start;
      if (first.length > 0) yield bare(first);
      if (rest !== undefined) for await (const chunk of rest) yield bare(chunk);
    }
  } finally {
    await expanded.return(undefined);
  }
}

async function* transcode(
  start: Uint8Array,
  rest: AsyncGenerator<Uint8Array> | undefined,
  decoder: TextDecoder,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(decoder.decode(start, { stream: true }));
  if (rest === undefined) return;
  for await (const chunk of rest) yield encoder.encode(decoder.decode(chunk, { stream: true }));
}

/** A `Buffer` would lie to its reader: its `slice` is a view that keeps the whole chunk alive. */
function bare(chunk: Uint8Array): Uint8Array {
  return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
}
