/**
 * Holds where a server listens: a socket file or a port.
 * In: a server of grpc-js and an address. Out: the address as bound.
 * Must never take a socket file away from a server that still answers.
 */
import { lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { type Server, ServerCredentials } from "@grpc/grpc-js";
import { WaggleError } from "../../ports/waggle-error.ts";

/** **Errors**: throws `WaggleError` `usage`, `address-in-use`. */
export async function bindServer(server: Server, address: string): Promise<string> {
  const path = /^unix:(?:\/\/)?(\/?[^/].*)$/.exec(address)?.[1];
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(address) ?? [];
  if (path === undefined && (host === undefined || Number(port) > 65_535)) {
    throw new WaggleError("usage", `${address}: not an address; give unix:///path or host:port.`);
  }
  if (path !== undefined) await removeStale(path);
  const bound = await bind(server, address);
  return path === undefined ? `${host}:${bound}` : address;
}

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(tellBindError(address, error));
    });
  });
}

function tellBindError(address: string, error: Error): WaggleError {
  const options = { cause: error };
  if (/EADDRINUSE/.test(error.message)) {
    return new WaggleError("address-in-use", `${address}: another server listens there.`, options);
  }
  const why = /\b(E[A-Z]{3,})\b/.exec(error.message)?.[1] ?? "it cannot be resolved";
  return new WaggleError("usage", `${address}: cannot listen there (${why}).`, options);
}

/** A server that was killed leaves its socket file, which nobody listens on any more. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() !== true) return;
  const answers = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(true));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED"));
    socket.once("connect", () => socket.destroy());
  });
  if (!answers) await unlink(path);
}
