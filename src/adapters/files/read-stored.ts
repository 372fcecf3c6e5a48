/**
 * Holds the reading of stored bytes from files, pipes and standard input.
 * In: an open file. Out: chunks, and how many bytes they were. Each chunk is valid until the next
 * one is asked for: two buffers are used again and again, since fresh memory costs more than the
 * reading itself. Must never hold more than these, nor read what nobody asked for from a pipe.
 */
import { fstat, read, type Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { fileErrorCode, tellFileError } from "./tell-file-error.ts";

/** Two of them stay in a core's own cache, where the reader finds them; pipes give 64 KiB. */
const readSizeBytes = 256 * 1024;

/** **Unit**: bytes given out so far. */
export interface Position {
  bytes: number;
}

/** Reads into the buffer; never rejects. */
type ReadInto = (buffer: Buffer) => Promise<number | Error>;

/** Closes the file at the end or when it is left. Only of a regular file one chunk is read ahead. */
export async function* readHandle(
  handle: FileHandle,
  position: Position,
  isRegular: boolean,
): AsyncGenerator<Uint8Array> {
  const readInto: ReadInto = (buffer) =>
    handle.read(buffer, 0, buffer.length, null).then(({ bytesRead }) => bytesRead, toError);
  try {
    yield* isRegular ? readAhead(readInto, position) : readOnDemand(readInto, position);
  } finally {
    await handle.close();
  }
}

/** Reads one chunk ahead, so that the disk works while the caller does. */
async function* readAhead(readInto: ReadInto, position: Position): AsyncGenerator<Uint8Array> {
  let buffer = Buffer.allocUnsafeSlow(readSizeBytes);
  let other = Buffer.allocUnsafeSlow(readSizeBytes);
  let ahead = readInto(buffer);
  try {
    for (;;) {
      const size = await ahead;
      if (size instanceof Error) throw size;
      if (size === 0) return;
      position.bytes += size;
      ahead = readInto(other);
      yield buffer.subarray(0, size);
      [buffer, other] = [other, buffer];
    }
  } finally {
    await ahead;
  }
}

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
  yield* found.isFile() ? readAhead(readInto, position) : readOnDemand(readInto, position);
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
