/**
 * Holds how a connection to a Tetragon server is opened: address, credentials, limits.
 * In: an address and files of keys. Out: a session of HTTP/2. Files are read each time, since
 * certificates are renewed while we run. Must never say what is in a file.
 */
import { X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { connect } from "node:http2";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectSecurely, createSecureContext } from "node:tls";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { TetragonAddress, TlsFiles } from "../../ports/tetragon-control.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { Connection } from "./grpc-call.ts";
import { openPacedSocket } from "./paced-socket.ts";

const tlsFileSizeBytesMax = 1024 * 1024;
/** **Unit**: bytes on their way. With 64 kB, as usual, every 40 events wait for our next turn. */
const windowSizeBytes = 8 * 1024 * 1024;
/** **Unit**: megabytes. */
const sessionMemoryMax = 256;

/** **Errors**: `usage` for what no server can have as its address. */
export function checkAddress({ address, tls }: TetragonAddress): void {
  if (!isPath(address) && !isHostAndPort(address)) {
    const shown = makeVisible(address, 200);
    throw new WaggleError(
      "usage",
      `"${shown}" is no address of a Tetragon server: unix:///path/of/socket or host:port`,
    );
  }
  if ((tls?.certificateFile === undefined) !== (tls?.keyFile === undefined)) {
    throw new WaggleError("usage", "A client certificate and its key go together; one is missing");
  }
}

/** Path of the socket; "" for other addresses. */
export function socketPathOf(address: string): string {
  return /^unix:(?:\/\/)?(?=\/)/.test(address) ? address.replace(/^unix:(?:\/\/)?/, "") : "";
}

function isPath(address: string): boolean {
  return socketPathOf(address).length > 1 && !address.includes("\0");
}

function isHostAndPort(address: string): boolean {
  const port = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+(?:%\w+)?\]):(\d{1,5})$/.exec(address)?.[1];
  return port !== undefined && Number(port) > 0 && Number(port) < 65_536;
}

/**
 * Runs `work` with a connection that is closed when it ends. Calls may be made at once: they wait
 * until it is there.
 * **Errors**: `file-unreadable` and `connection-failed` for keys that cannot be used.
 */
export async function withConnection<Result>(
  address: TetragonAddress,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const { carrier, authority } = await openCarrier(address);
  let failure: Error | undefined;
  const fail = (error: Error) => {
    failure ??= error;
  };
  carrier.on("error", fail);
  const session = connect(authority, {
    createConnection: () => carrier,
    settings: { initialWindowSize: windowSizeBytes, enablePush: false },
    // Of what waits to be read; the window bounds it.
    maxSessionMemory: sessionMemoryMax,
  });
  session.on("error", fail);
  session.once("remoteSettings", () => session.setLocalWindowSize(windowSizeBytes));
  try {
    return await work({ session, failure: () => failure });
  } finally {
    session.destroy();
    carrier.destroy();
  }
}

interface Carrier {
  readonly carrier: Duplex;
  readonly authority: string;
}

async function openCarrier({ address, tls }: TetragonAddress): Promise<Carrier> {
  const path = socketPathOf(address);
  const [host, port] = path === "" ? splitHost(address) : ["localhost", 0];
  const target = path === "" ? { host, port } : { path };
  const named = path === "" ? address.replace(/%[^\]]*/, "") : "localhost";
  if (tls === undefined) {
    return { carrier: openPacedSocket(target), authority: `http://${named}` };
  }
  const files = await readTlsFiles(tls);
  const { serverName } = tls;
  try {
    // Authorities that cannot be read would be left out without a word.
    if (files.ca !== undefined) new X509Certificate(files.ca);
    const secureContext = createSecureContext(files);
    const carrier = connectSecurely({
      socket: openPacedSocket(target),
      host,
      secureContext,
      ALPNProtocols: ["h2"],
      ...nameOf(serverName ?? host),
    });
    return { carrier, authority: `https://${serverName ?? named}` };
  } catch (error) {
    const reason = makeVisible(error instanceof Error ? error.message : String(error), 200);
    throw new WaggleError(
      "connection-failed",
      `The keys for Tetragon at ${makeVisible(address)} cannot be used: ${reason}`,
      { cause: error, retryable: true },
    );
  }
}

/** An address is no name that TLS can ask for. */
function nameOf(host: string): { readonly servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}

function splitHost(address: string): readonly [string, number] {
  const at = address.lastIndexOf(":");
  return [address.slice(0, at).replace(/^\[|\]$/g, ""), Number(address.slice(at + 1))];
}

interface TlsKeys {
  readonly ca?: Buffer;
  readonly key?: Buffer;
  readonly cert?: Buffer;
}

async function readTlsFiles(tls: TlsFiles): Promise<TlsKeys> {
  const [ca, key, certificate] = await Promise.all([
    readTlsFile("certificates of authorities", tls.caFile),
    readTlsFile("key", tls.keyFile),
    readTlsFile("certificate", tls.certificateFile),
  ]);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(key === undefined ? {} : { key }),
    ...(certificate === undefined ? {} : { cert: certificate }),
  };
}

async function readTlsFile(what: string, path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    const { size } = await stat(path);
    if (size > tlsFileSizeBytesMax) throw new Error(`it has ${size} bytes`);
    return await readFile(path);
  } catch (error) {
    const reason = makeVisible(error instanceof Error ? error.message : String(error), 300);
    throw new WaggleError(
      "file-unreadable",
      `The ${what} for Tetragon cannot be read from ${makeVisible(path)}: ${reason}`,
      { cause: error, retryable: true },
    );
  }
}
