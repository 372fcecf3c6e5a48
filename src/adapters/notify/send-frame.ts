/**
 * Holds the transports of syslog: UDP, TCP and TLS, the latter two with octet counting.
 * In: an address, a message. Out: that it was handed over; TCP has no answer that says it was kept.
 * **Source**: RFC 5426 (UDP), RFC 6587 §3.4.1 (octet counting), RFC 5425 (TLS).
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, isIP, isIPv6, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { guardedLookup } from "./check-address.ts";

export interface FrameAddress {
  readonly transport: "udp" | "tcp" | "tls";
  readonly host: string;
  readonly port: number;
  /** PEM; undefined trusts what the system trusts. */
  readonly ca: string | undefined;
}

/** **Unit**: milliseconds that the other side may take to close after it has all. */
const lingerMs = 2000;

/** **Errors**: throws what the system throws, with its code; an abort with its reason. */
export async function sendFrame(
  address: FrameAddress,
  frame: Buffer,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  if (address.transport === "udp") return sendDatagram(address, frame, signal);
  const counted = Buffer.concat([Buffer.from(`${frame.length} `), frame]);
  const socket = open(address);
  // What is waited for gets errors too; one that comes between two waits must end nothing.
  socket.on("error", () => undefined);
  const stop = () => socket.destroy(signal.reason as Error);
  signal.addEventListener("abort", stop, { once: true });
  try {
    await once(socket, address.transport === "tls" ? "secureConnect" : "connect");
    await writeAll(socket, counted);
    await closed(socket);
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}

function open({ transport, host, port, ca }: FrameAddress): Socket {
  const where = { host, port, lookup: guardedLookup };
  if (transport === "tcp") return connect(where);
  const name = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ ...where, ...name, ...(ca === undefined ? {} : { ca }) });
}

function writeAll(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.end(bytes, () => {
      socket.off("error", reject);
      resolve();
    });
  });
}

/** A reset shows that the other side took nothing; to wait for its end is all that can be done. */
async function closed(socket: Socket): Promise<void> {
  socket.resume();
  if (socket.readableEnded || socket.destroyed) return;
  const patience = AbortSignal.timeout(lingerMs);
  try {
    await once(socket, "end", { signal: patience });
  } catch (error) {
    if (!patience.aborted) throw error;
  }
}

async function sendDatagram(
  { host, port }: FrameAddress,
  frame: Buffer,
  signal: AbortSignal,
): Promise<void> {
  // Not by the socket's own `lookup`: that is asked for the address that it binds to, too.
  const address = isIP(host) === 0 ? await resolveHost(host) : host;
  const socket = createSocket({ type: isIPv6(address) ? "udp6" : "udp4", signal });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.once("close", () => reject(signal.reason));
      socket.send(frame, port, address, (error) => (error === null ? resolve() : reject(error)));
    });
  } finally {
    if (!signal.aborted) socket.close();
  }
}

function resolveHost(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    guardedLookup(host, {}, (error, address) =>
      error === null ? resolve(String(address)) : reject(error),
    );
  });
}
