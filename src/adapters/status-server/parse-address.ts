/**
 * Holds the reading of an address to listen on.
 * In: `host:port`, `[v6]:port`, `:port`, `unix:/path`. Out: what `node:net` listens with.
 */
import { makeVisible } from "../../core/report/safe-text.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

/** `text`: for messages. */
export type ListenAddress =
  | { readonly kind: "tcp"; readonly text: string; readonly host?: string; readonly port: number }
  | { readonly kind: "unix"; readonly text: string; readonly path: string };

/** The longest path that a socket of Linux can have. */
const pathBytesMax = 107;

/** **Errors**: `usage`. */
export function parseAddress(address: string): ListenAddress {
  const text = JSON.stringify(makeVisible(address, 200));
  const fail = (why: string) => new WaggleError("usage", `${text} is no address: ${why}.`);
  if (address.startsWith("unix:")) {
    const path = address.slice("unix:".length).replace(/^\/\/(?=\/)/, "");
    if (!path.startsWith("/")) throw fail("after unix: an absolute path is expected");
    if (path.includes("\0")) throw fail("its path has a zero byte");
    if (Buffer.byteLength(path) > pathBytesMax) {
      throw fail(`a socket's path has at most ${pathBytesMax} bytes`);
    }
    return { kind: "unix", text, path };
  }
  const parts = /^(?:\[([\da-fA-F:.%\w]+)\]|([\w.-]*)):(\d{1,5})$/.exec(address);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65_535) {
    throw fail("expected HOST:PORT, :PORT or unix:/PATH");
  }
  const host = parts[1] ?? parts[2] ?? "";
  return host === "" ? { kind: "tcp", text, port } : { kind: "tcp", text, host, port };
}
