/**
 * Holds the small server of pages for machines, over `node:http`.
 * In: an address, what each path answers, who takes requests for work. Out: a running server.
 * Must never answer anything but GET and HEAD of the given paths and POST of others, nor tell why
 * a page failed.
 */
import { chmod } from "node:fs/promises";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  RunningServer,
  StatusPage,
  StatusServer,
  TakeRequest,
} from "../../ports/status-server.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { clearSocket } from "./clear-socket.ts";
import { type ListenAddress, parseAddress } from "./parse-address.ts";

// An import of this module touches all that it has, and with it a second client of HTTP: 4 MB.
const { createServer } = process.getBuiltinModule("node:http");

type Pages = ReadonlyMap<string, () => Promise<StatusPage>>;

/** **Unit**: ms, connections, bytes of a request's head and body. */
export interface StatusLimits {
  readonly pageMs: number;
  readonly requestMs: number;
  readonly connections: number;
  readonly headBytes: number;
  readonly bodyBytes: number;
}

const usualLimits: StatusLimits = {
  pageMs: 10_000,
  requestMs: 10_000,
  connections: 64,
  headBytes: 8 * 1024,
  bodyBytes: 64 * 1024,
};
const closeMs = 1000;

export function createStatusServer(limits: Partial<StatusLimits> = {}): StatusServer {
  const all = { ...usualLimits, ...limits };
  return {
    listen: (address, pages, take) => listen(parseAddress(address), { pages, take, limits: all }),
  };
}

async function listen(address: ListenAddress, answering: Answering): Promise<RunningServer> {
  const { limits } = answering;
  if (address.kind === "unix") await clearSocket(address.path);
  const server = createServer(
    {
      maxHeaderSize: limits.headBytes,
      headersTimeout: limits.requestMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: 5000,
      connectionsCheckingInterval: Math.min(1000, limits.requestMs),
    },
    (request, response) => {
      void answer(request, response, answering);
    },
  );
  server.maxConnections = limits.connections;
  // For what is no request, and for what comes too slowly; the default says more than is needed.
  server.on("clientError", (_, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    else socket.destroy();
  });
  await bind(server, address);
  if (address.kind === "unix") {
    // Between the two only the process's own umask guards it, which lets no others write.
    await chmod(address.path, 0o660);
  }
  return { address: tellAddress(server, address), close: () => close(server) };
}

function bind(server: Server, address: ListenAddress): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", (error: NodeJS.ErrnoException) => reject(tellBindError(error, address)));
  const { kind, ...options } = address;
  server.listen(options, resolve);
  return promise;
}

function tellBindError(error: NodeJS.ErrnoException, { text }: ListenAddress): WaggleError {
  if (error.code === "EADDRINUSE") {
    return new WaggleError("address-in-use", `${text} is in use by another program.`);
  }
  const reasons: Readonly<Record<string, string>> = {
    // A folder that is not there is told the same way.
    EACCES: "this user may not write there, or its folder does not exist",
    EADDRNOTAVAIL: "this machine has no such address",
    ENOTFOUND: "there is no host of this name",
  };
  const why = reasons[error.code ?? ""] ?? String(error.code);
  return new WaggleError("usage", `Cannot listen on ${text}: ${why}.`, { cause: error });
}

function tellAddress(server: Server, address: ListenAddress): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  const { address: host, port } = server.address() as AddressInfo;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Requests under way may end, but not for long. */
async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const late = setTimeout(() => server.closeAllConnections(), closeMs);
  server.close(() => resolve());
  server.closeIdleConnections();
  await promise;
  clearTimeout(late);
}

interface Answering {
  readonly pages: Pages;
  readonly take: TakeRequest | undefined;
  readonly limits: StatusLimits;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { pages, take, limits }: Answering,
): Promise<void> {
  // What is left of a body would be taken for the next request, and is of no use with a page.
  if (request.headers["content-length"] !== undefined || "transfer-encoding" in request.headers) {
    response.shouldKeepAlive = false;
  }
  const [path = ""] = (request.url ?? "").split("?");
  const page = pages.get(path);
  if (page === undefined && request.method === "POST" && take !== undefined) {
    const body = await readBody(request, limits.bodyBytes);
    if (body === undefined) return refuse(request, response, plainPage(413, "too much"), limits);
    const [, token = ""] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
    const taking = () => take({ path, token, body });
    return send(request, response, await makePage(taking, limits.pageMs));
  }
  if (page === undefined) return refuse(request, response, plainPage(404, "not found"), limits);
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return refuse(request, response, plainPage(405, "only GET and HEAD"), limits);
  }
  request.resume();
  send(request, response, await makePage(page, limits.pageMs));
}

/**
 * Answers while the sender may still be sending. A connection that is closed with bytes unread is
 * reset, and the answer is lost with it: so the rest is read first, and thrown away.
 */
async function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  page: StatusPage,
  { requestMs }: StatusLimits,
): Promise<void> {
  const body = startAnswer(request, response, page);
  // Those who look for an answer while they send need not send the rest.
  if (body.length > 0) response.write(body);
  else response.flushHeaders();
  const read = Promise.withResolvers<void>();
  const late = setTimeout(read.resolve, requestMs);
  late.unref();
  for (const end of ["end", "close"]) request.once(end, () => read.resolve());
  request.resume();
  if (!request.readableEnded && !request.destroyed) await read.promise;
  clearTimeout(late);
  response.end();
}

/** Undefined beyond the bound, and where the sender went away. */
async function readBody(request: IncomingMessage, bytesMax: number): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) return undefined;
  try {
    // Who sends too much is answered: the connection has to outlive the reading.
    for await (const part of request.iterator({ destroyOnReturn: false })) {
      size += (part as Buffer).length;
      if (size > bytesMax) return undefined;
      parts.push(part as Buffer);
    }
  } catch {
    // Cut off: there is nobody to answer.
    return undefined;
  }
  return Buffer.concat(parts).toString("utf8");
}

/** Why it failed may name files, hosts, words of others: it stays inside. */
async function makePage(page: () => Promise<StatusPage>, pageMs: number): Promise<StatusPage> {
  const late = Promise.withResolvers<StatusPage>();
  const timer = setTimeout(() => late.resolve(plainPage(503, "took too long")), pageMs);
  // A page that hangs must not keep a program alive that was asked to stop.
  timer.unref();
  try {
    return await Promise.race([page(), late.promise]);
  } catch {
    return plainPage(500, "this page failed");
  } finally {
    clearTimeout(timer);
  }
}

function plainPage(status: number, text: string): StatusPage {
  return { status, contentType: "text/plain; charset=utf-8", body: `${text}\n` };
}

function send(request: IncomingMessage, response: ServerResponse, page: StatusPage): void {
  response.end(startAnswer(request, response, page));
}

/** Gives what is still to be sent: nothing to a HEAD. */
function startAnswer(request: IncomingMessage, response: ServerResponse, page: StatusPage): Buffer {
  const body = Buffer.from(page.body, "utf8");
  response.writeHead(page.status, {
    "content-type": page.contentType,
    "content-length": body.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  return request.method === "HEAD" ? Buffer.alloc(0) : body;
}
