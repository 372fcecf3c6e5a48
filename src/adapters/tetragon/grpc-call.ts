/**
 * Holds one call of gRPC over a session of HTTP/2.
 * In: its path, the bytes of its request. Out: messages as they come, and how it ended.
 * Written out here, since a library hands each message on by itself, through several turns: at a
 * thousand events a second that cost as much as all that is done with them.
 * **Source**: gRPC over HTTP2; HTTP to gRPC status code mapping.
 */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
} from "node:http2";
import { BadMessage, MessageSplitter } from "./split-messages.ts";

/** **Source**: statuscodes.md of gRPC. */
export const status = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

export interface Connection {
  readonly session: ClientHttp2Session;
  /** Why the session is over, as the system says it; undefined while it is not. */
  readonly failure: () => Error | undefined;
}

export interface GrpcCall {
  readonly path: string;
  readonly request: Uint8Array;
  readonly signal: AbortSignal;
  /** **Unit**: milliseconds; none for a stream that has no end. */
  readonly deadlineMs?: number;
  readonly onMessage: (bytes: Uint8Array) => void;
}

/** As the server says it: untrusted text. */
export interface CallEnd {
  readonly code: number;
  readonly details: string;
}

/** **Unit**: bytes. A dump of the process cache is the largest answer: some 100 MB at most. */
const messageSizeBytesMax = 64 * 1024 * 1024;

/** Never rejects; no message comes after it has resolved. */
export function runCall(connection: Connection, call: GrpcCall): Promise<CallEnd> {
  return new Promise((resolve) => {
    const { signal, deadlineMs } = call;
    let timer: NodeJS.Timeout | undefined;
    const finish = (end: CallEnd): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
      resolve(end);
    };
    const running = new RunningCall(connection, call, finish);
    const cancel = () => running.stop({ code: status.cancelled, details: "Cancelled on client" });
    if (signal.aborted) {
      cancel();
      return;
    }
    signal.addEventListener("abort", cancel, { once: true });
    if (deadlineMs !== undefined) {
      const late = { code: status.deadlineExceeded, details: "Deadline exceeded" };
      timer = setTimeout(() => running.stop(late), deadlineMs);
    }
    running.start();
  });
}

class RunningCall {
  private readonly connection: Connection;
  private readonly call: GrpcCall;
  private readonly finish: (end: CallEnd) => void;
  private stream: ClientHttp2Stream | undefined;
  /** What the server said; undefined before. */
  private told: CallEnd | undefined;
  private isOver = false;

  constructor(connection: Connection, call: GrpcCall, finish: (end: CallEnd) => void) {
    this.connection = connection;
    this.call = call;
    this.finish = finish;
  }

  start(): void {
    const { call, connection } = this;
    try {
      this.stream = connection.session.request(headersOf(call));
    } catch (error) {
      this.stop({ code: status.unavailable, details: reasonOf(error) });
      return;
    }
    const { stream } = this;
    const splitter = new MessageSplitter(messageSizeBytesMax, call.onMessage);
    stream.on("response", (headers) => this.takeHeaders(headers));
    stream.on("trailers", (headers) => this.takeStatus(headers));
    stream.on("data", (bytes: Uint8Array) => this.takeBytes(splitter, bytes));
    stream.on("end", () => this.end());
    // Why it failed is known to the connection; `close` comes after it.
    stream.on("error", () => undefined);
    // The reason of the system may come in the same turn, after it.
    stream.on("close", () => setImmediate(() => this.end()));
    stream.end(framed(call.request));
  }

  stop(end: CallEnd): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.stream?.closed === false) this.stream.close(constants.NGHTTP2_CANCEL);
    this.finish(end);
  }

  private takeBytes(splitter: MessageSplitter, bytes: Uint8Array): void {
    if (this.isOver) return;
    try {
      splitter.push(bytes);
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error;
      // A page of HTML that some proxy sent: its status says more.
      this.stop(this.told ?? { code: status.resourceExhausted, details: error.message });
    }
  }

  private takeHeaders(headers: IncomingHttpHeaders): void {
    this.takeStatus(headers);
    const http = Number(headers[":status"]);
    if (this.told !== undefined || http === 200) return;
    this.told = { code: statusOfHttp[http] ?? status.unknown, details: `HTTP status ${http}` };
  }

  private takeStatus(headers: IncomingHttpHeaders): void {
    const code = Number.parseInt(String(headers["grpc-status"]), 10);
    if (Number.isNaN(code)) return;
    this.told = { code, details: decodeDetails(String(headers["grpc-message"] ?? "")) };
  }

  private end(): void {
    this.stop(this.told ?? this.untold());
  }

  /** The server said nothing: the connection broke, or the server is none of gRPC. */
  private untold(): CallEnd {
    const { connection, stream } = this;
    const failure = connection.failure();
    if (failure !== undefined) return { code: status.unavailable, details: reasonOf(failure) };
    if (connection.session.destroyed) {
      return { code: status.unavailable, details: "the connection was closed" };
    }
    const details = `it ended the call without a status (${stream?.rstCode ?? 0})`;
    return { code: status.internal, details };
  }
}

const statusOfHttp: Readonly<Record<number, number>> = {
  400: status.internal,
  401: status.unauthenticated,
  403: status.permissionDenied,
  404: status.unimplemented,
  429: status.unavailable,
  502: status.unavailable,
  503: status.unavailable,
  504: status.unavailable,
};

function headersOf({ path, deadlineMs }: GrpcCall): Record<string, string> {
  return {
    ":method": "POST",
    ":path": path,
    te: "trailers",
    "content-type": "application/grpc",
    "grpc-accept-encoding": "identity",
    "user-agent": "waggle",
    ...(deadlineMs === undefined ? {} : { "grpc-timeout": timeoutText(deadlineMs) }),
  };
}

/** At most eight digits and a unit. */
function timeoutText(deadlineMs: number): string {
  const ms = Math.max(1, Math.ceil(deadlineMs));
  return ms < 1e8 ? `${ms}m` : `${Math.min(99_999_999, Math.ceil(ms / 1000))}S`;
}

function framed(request: Uint8Array): Buffer {
  const bytes = Buffer.alloc(5 + request.length);
  bytes.writeUInt32BE(request.length, 1);
  bytes.set(request, 5);
  return bytes;
}

/** What is no percent-encoding is kept as it came. */
function decodeDetails(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Of several addresses of one name, the last that was tried tells. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return reasonOf(error.errors.at(-1));
  return error instanceof Error && error.message !== "" ? error.message : "no reason was given";
}
