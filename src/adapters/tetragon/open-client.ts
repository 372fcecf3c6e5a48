/**
 * Holds how a connection to a Tetragon server is opened: address, credentials, limits.
 * In: an address and files of keys. Out: a client of gRPC. Files are read each time, since
 * certificates are renewed while we run. Must never say what is in a file.
 */
import { X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import {
  Client,
  type ClientOptions,
  credentials,
  logVerbosity,
  setLogVerbosity,
} from "@grpc/grpc-js";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { TetragonAddress, TlsFiles } from "../../ports/tetragon-control.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { closingSockets } from "./own-sockets.ts";

/** A dump of the process cache is the largest answer; a usual cache takes some 100 MB at most. */
const answerSizeBytesMax = 64 * 1024 * 1024;
const tlsFileSizeBytesMax = 1024 * 1024;
/** **Unit**: bytes on their way. With 64 kB, as usual, every 40 events wait for our next turn. */
const windowSizeBytes = 8 * 1024 * 1024;

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
 * Runs `work` with a client whose connection is closed when it ends.
 * **Errors**: `file-unreadable` and `connection-failed` for keys that cannot be used.
 */
export function withClient<Result>(
  address: TetragonAddress,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  return closingSockets(async () => {
    const client = await openClient(address);
    try {
      return await work(client);
    } finally {
      client.close();
    }
  });
}

async function openClient({ address, tls }: TetragonAddress): Promise<Client> {
  // It would write what servers say to our standard error as it came.
  if (process.env["GRPC_VERBOSITY"] === undefined) setLogVerbosity(logVerbosity.NONE);
  const path = socketPathOf(address);
  const target = path === "" ? `dns:${address}` : `unix://${path}`;
  if (tls === undefined) return new Client(target, credentials.createInsecure(), channelOptions);
  const files = await readTlsFiles(tls);
  const { serverName } = tls;
  const named =
    serverName === undefined
      ? {}
      : { "grpc.ssl_target_name_override": serverName, "grpc.default_authority": serverName };
  try {
    // Authorities that cannot be read would be left out without a word.
    if (files.ca !== null) new X509Certificate(files.ca);
    const secured = credentials.createSsl(files.ca, files.key, files.certificate);
    return new Client(target, secured, { ...channelOptions, ...named });
  } catch (error) {
    const reason = makeVisible(error instanceof Error ? error.message : String(error), 200);
    throw new WaggleError(
      "connection-failed",
      `The keys for Tetragon at ${makeVisible(address)} cannot be used: ${reason}`,
      { cause: error, retryable: true },
    );
  }
}

const channelOptions: ClientOptions = {
  "grpc.max_receive_message_length": answerSizeBytesMax,
  "grpc-node.flow_control_window": windowSizeBytes,
  // Trying again is ours, and each connection stands for itself: no state is shared with another.
  "grpc.enable_retries": 0,
  "grpc.use_local_subchannel_pool": 1,
  "grpc.service_config_disable_resolution": 1,
  // A proxy in the environment is for feeds on the internet.
  "grpc.enable_http_proxy": 0,
  "grpc.primary_user_agent": "waggle",
};

interface TlsKeys {
  readonly ca: Buffer | null;
  readonly key: Buffer | null;
  readonly certificate: Buffer | null;
}

async function readTlsFiles(tls: TlsFiles): Promise<TlsKeys> {
  const [ca, key, certificate] = await Promise.all([
    readTlsFile("certificates of authorities", tls.caFile),
    readTlsFile("key", tls.keyFile),
    readTlsFile("certificate", tls.certificateFile),
  ]);
  return { ca, key, certificate };
}

async function readTlsFile(what: string, path: string | undefined): Promise<Buffer | null> {
  if (path === undefined) return null;
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
