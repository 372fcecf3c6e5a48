/**
 * Holds a connection that is read in sips: see `read-pace.ts`.
 * In: where to connect. Out: a stream of bytes in both directions, which HTTP/2 or TLS runs over.
 * Must never hand out the memory that the next read goes to.
 */
import { connect, type OnReadOpts } from "node:net";
import { Duplex } from "node:stream";
import { ReadPace } from "./read-pace.ts";

export type SocketTarget =
  | { readonly path: string }
  | { readonly host: string; readonly port: number };

/** **Unit**: bytes; what libuv asks the system for by itself. */
const readSizeBytes = 64 * 1024;

/** Can be written to at once; a failure to connect destroys it with the error of the system. */
export function openPacedSocket(target: SocketTarget): Duplex {
  const pace = new ReadPace(readSizeBytes);
  const memory = Buffer.allocUnsafeSlow(readSizeBytes);
  let resting: NodeJS.Timeout | undefined;
  const onread: OnReadOpts = {
    buffer: memory,
    callback: (sizeBytes) => {
      stream.push(Buffer.from(memory.subarray(0, sizeBytes)));
      const restMs = pace.afterRead(sizeBytes);
      if (restMs === 0) return true;
      resting = setTimeout(() => socket.resume(), restMs);
      return false;
    },
  };
  const socket = connect({ ...target, noDelay: true, onread });
  const stream = new Duplex({
    // What comes is bounded by the flow control of HTTP/2, not here.
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      clearTimeout(resting);
      socket.destroy();
      done(error);
    },
  });
  socket.on("end", () => stream.push(null));
  socket.on("error", (error) => stream.destroy(error));
  socket.on("close", () => stream.destroy());
  return stream;
}
