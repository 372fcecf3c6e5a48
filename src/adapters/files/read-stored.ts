/**
 * Holds the reading of stored bytes from files, pipes and standard input.
 * In: an open file. Out: chunks, and how many bytes they were. Each chunk is valid until the next
 * one is asked for: one buffer is used again and again, since fresh memory costs more than the
 * reading itself. Must never hold more than this, nor read what nobody asked for from a pipe.
 */
import { fstat, read, readSync, type Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { fileErrorCode, tellFileError } from "./tell-file-error.ts";

/** It stays in a core's own cache, where the reader finds it; pipes give 64 KiB. */
const readSizeBytes = 256 * 1024;
/** **Unit**: reads, 4 MiB. */
const turnEvery = 16;

/** **Unit**: bytes given out so far. */
export interface Position {
  bytes: number;
}

/** Closes the file at the end or when it is left. */
export async function* readHandle(
  handle: FileHandle,
  position: Position,
  isRegular: boolean,
): AsyncGenerator<Uint8Array> {
  const readInto: ReadInto = (buffer) =>
    handle.read(buffer, 0, buffer.length, null).then(({ bytesRead }) => bytesRead, toError);
  try {
    yield* isRegular ? readRegular(handle.fd, position) : readOnDemand(readInto, position);
  } finally {
    await handle.close();
  }
}

/**
 * Reads at once, without a thread: waiting for one costs twice what the reading does, and the
 * system reads ahead by itself. Timers and signals get their turn now and then.
 */
async function* readRegular(descriptor: number, position: Position): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(readSizeBytes);
  for (let count = 1; ; count++) {
    const size = readNow(descriptor, buffer);
    if (size === 0) return;
    position.bytes += size;
    if (count % turnEvery === 0) await setImmediate();
    yield buffer.subarray(0, size);
  }
}

function readNow(descriptor: number, buffer: Buffer): number {
  try {
    return readSync(descriptor, buffer, 0, buffer.length, null);
  } catch (error) {
    throw toError(error);
  }
}

/** Reads into the buffer; never rejects. */
type ReadInto = (buffer: Buffer) => Promise<number | Error>;

/** A read that waits for a writer cannot be taken back: none is begun before it is needed. */
async function* readOnDemand(readInto: ReadInto, position: Position): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(readSizeBytes);
  for (;;) {
    const size = await readInto(buffer);
    if (size instanceof Error) throw size;
    if (size === 0) return;
    position.bytes += size;
    yield buffer.subarray(0, size);
  }
}

const standardInput = 0;
const readDescriptor = promisify(read);

/** Files and pipes are read directly; terminals and sockets through the stream that Node makes. */
export async function* readStandardInput(position: Position): AsyncGenerator<Uint8Array> {
  const found = await promisify(fstat)(standardInput).catch(() => undefined);
  if (found === undefined || !isDirect(found)) {
    yield* readStream(position);
    return;
  }
  let wouldBlock = false;
  const readInto: ReadInto = (buffer) =>
    readDescriptor(standardInput, buffer, 0, buffer.length, null).then(
      ({ bytesRead }) => bytesRead,
      (error: unknown) => {
        wouldBlock = fileErrorCode(error) === "EAGAIN";
        return wouldBlock || fileErrorCode(error) === "EOF" ? 0 : toError(error);
      },
    );
  if (found.isFile()) yield* readRegular(standardInput, position);
  else yield* readOnDemand(readInto, position);
  // Whoever opened the pipe made it non-blocking: only an event loop can wait for it.
  if (wouldBlock) yield* readStream(position);
}

function isDirect(found: Stats): boolean {
  return process.platform !== "win32" && (found.isFile() || found.isFIFO());
}

async function* readStream(position: Position): AsyncGenerator<Uint8Array> {
  for await (const chunk of process.stdin) {
    const bytes: Uint8Array = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    position.bytes += bytes.length;
    if (bytes.length > 0) yield bytes;
  }
}

function toError(error: unknown): Error {
  return new Error(tellFileError(error), { cause: error });
}
