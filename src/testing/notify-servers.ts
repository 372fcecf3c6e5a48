/**
 * Holds servers for tests of telling people: each takes what its vendor documents and refuses the
 * rest as the vendor does, or misbehaves as told.
 * In: a vendor, faults. Out: an address, what was accepted, why the rest was refused.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import {
  checkAlerts,
  checkFalcoAlert,
  checkPagerEvent,
  checkSlackMessage,
} from "./vendor-rules.ts";

export interface VendorRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface VendorAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is wrong with a request, "" for nothing; and the answer to a good one. */
export interface Vendor {
  check(request: VendorRequest): string;
  accept(request: VendorRequest): VendorAnswer;
  refuse(why: string, request: VendorRequest): VendorAnswer;
}

/** `slow`: a byte a moment, for ever. `endless`: an answer without an end. */
export type ServerFault = "cut" | "silent" | "slow" | "endless" | "garbage";

export interface NotifyServer {
  /** Without a slash at its end. */
  readonly origin: string;
  readonly accepted: readonly VendorRequest[];
  readonly refused: readonly string[];
  /** Answers that come before those of the vendor, in turn. */
  readonly faults: (ServerFault | VendorAnswer)[];
  close(): Promise<void>;
}

export interface ServerKeys {
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
}

export async function serveVendor(vendor: Vendor, keys?: ServerKeys): Promise<NotifyServer> {
  const accepted: VendorRequest[] = [];
  const refused: string[] = [];
  const faults: (ServerFault | VendorAnswer)[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const handle = (incoming: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { url: path = "", headers } = incoming;
      const request = { path, headers, body: Buffer.concat(chunks).toString() };
      const fault = faults.shift();
      if (typeof fault === "string") return misbehave(fault, incoming, response, timers);
      if (fault !== undefined) return answer(response, fault);
      const why = incoming.method === "POST" ? vendor.check(request) : "not a POST";
      if (why === "") accepted.push(request);
      else refused.push(why);
      answer(response, why === "" ? vendor.accept(request) : vendor.refuse(why, request));
    });
  };
  const server = keys === undefined ? createServer(handle) : createTlsServer(keys, handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${keys === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    ...{ accepted, refused, faults },
    close: () =>
      new Promise((resolve) => {
        for (const timer of timers) clearInterval(timer);
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answer(response: ServerResponse, { status, body, headers }: VendorAnswer): void {
  response.writeHead(status, headers).end(body);
}

function misbehave(
  fault: ServerFault,
  incoming: IncomingMessage,
  response: ServerResponse,
  timers: Set<NodeJS.Timeout>,
): void {
  if (fault === "silent") return;
  if (fault === "cut") return void incoming.socket.destroy();
  if (fault === "garbage") return void incoming.socket.end("\x00\x01 what?\r\n\r\n");
  const text = fault === "slow" ? "HTTP/1.1 500 Sl" : "";
  if (fault === "slow") {
    let at = 0;
    const timer = setInterval(() => incoming.socket.write(text[at++] ?? "o"), 20);
    timers.add(timer);
    incoming.socket.on("close", () => clearInterval(timer)).on("error", () => undefined);
    return;
  }
  response.writeHead(500);
  const write = (): void => {
    while (!response.destroyed && response.write("x".repeat(64 * 1024)));
  };
  response.on("drain", write).on("error", () => undefined);
  write();
}

/** **Source**: docs.slack.dev; `chat.postMessage` answers 200 also when it refuses. */
export function slackBotVendor(token: string): Vendor {
  const threads = new Set<string>();
  return {
    check: ({ path, headers, body }) => {
      if (path !== "/api/chat.postMessage") return "unknown_method";
      if (headers.authorization !== `Bearer ${token}`) return "invalid_auth";
      const message = parse(body);
      if (typeof message["channel"] !== "string" || message["channel"] === "") {
        return "channel_not_found";
      }
      const thread = message["thread_ts"];
      if (thread !== undefined && !threads.has(String(thread))) return "thread_not_found";
      if (message["parse"] !== "none" || message["link_names"] !== false) return "parses_text";
      return checkSlackMessage(message);
    },
    accept: ({ body }) => {
      const ts = `17000000${String(threads.size).padStart(2, "0")}.000100`;
      threads.add(ts);
      return { status: 200, body: JSON.stringify({ ok: true, channel: "C012AB3CD", ts, body }) };
    },
    refuse: (why) => ({ status: 200, body: JSON.stringify({ ok: false, error: why }) }),
  };
}

export function slackHookVendor(secretPath: string): Vendor {
  return {
    check: ({ path, body }) => {
      if (path !== secretPath) return "no_service";
      return checkSlackMessage(parse(body));
    },
    accept: () => ({ status: 200, body: "ok" }),
    refuse: (why) => ({ status: why === "no_service" ? 404 : 400, body: why }),
  };
}

/** **Source**: developer.pagerduty.com, Events API v2. */
export function pagerdutyVendor(key: string, alerts: Map<string, string>): Vendor {
  const read = ({ body }: VendorRequest) => parse(body);
  return {
    check: (request) => {
      if (request.path !== "/v2/enqueue") return "no such path";
      const event = read(request);
      if (event["routing_key"] !== key) return "routing_key";
      return checkPagerEvent(event, Buffer.byteLength(request.body));
    },
    accept: (request) => {
      const { dedup_key: dedup, event_action: action } = read(request);
      alerts.set(String(dedup), String(action));
      const body = { status: "success", message: "Event processed", dedup_key: dedup };
      return { status: 202, body: JSON.stringify(body) };
    },
    refuse: (why) => ({
      status: 400,
      body: JSON.stringify({
        status: "invalid event",
        message: "Event object is invalid",
        errors: [why],
      }),
    }),
  };
}

/** Checks a signature as docs/notify.md tells receivers to. **Unit**: milliseconds. */
export function webhookVendor(
  key: string,
  nowMs: () => number,
  checkBody: (body: Readonly<Record<string, unknown>>) => string,
): Vendor {
  const seen = new Set<string>();
  return {
    check: ({ headers, body }) => {
      const time = String(headers["x-waggle-timestamp"] ?? "");
      const given = String(headers["x-waggle-signature"] ?? "");
      if (key !== "") {
        if (Math.abs(nowMs() / 1000 - Number(time)) > 300) return "stale";
        const wanted = `v1=${createHmac("sha256", key).update(`v1:${time}:${body}`).digest("hex")}`;
        const isSame =
          wanted.length === given.length &&
          timingSafeEqual(Buffer.from(wanted), Buffer.from(given));
        if (!isSame) return "bad signature";
        if (seen.has(given)) return "replayed";
        seen.add(given);
      }
      if (!/^[0-9a-f]{32}$/.test(String(headers["x-waggle-notice"]))) return "no id";
      return checkBody(parse(body));
    },
    accept: () => ({ status: 204, body: "" }),
    refuse: (why) => ({ status: 401, body: why }),
  };
}

export const falcosidekickVendor: Vendor = {
  check: ({ body }) => checkFalcoAlert(parse(body)),
  accept: () => ({ status: 200, body: "" }),
  refuse: () => ({ status: 400, body: "Please send a valid request body" }),
};

/** Keeps which alerts fire, by their labels. */
export function alertmanagerVendor(firing: Set<string>, nowMs: () => number): Vendor {
  const read = ({ body }: VendorRequest) => JSON.parse(body) as readonly Record<string, unknown>[];
  return {
    check: (request) => {
      if (request.path !== "/api/v2/alerts") return "no such path";
      return checkAlerts(read(request));
    },
    accept: (request) => {
      for (const { labels, endsAt } of read(request)) {
        const name = JSON.stringify(labels);
        if (Date.parse(String(endsAt)) > nowMs()) firing.add(name);
        else firing.delete(name);
      }
      return { status: 200, body: "" };
    },
    refuse: (why) => ({ status: 400, body: JSON.stringify({ code: 601, message: why }) }),
  };
}

/** Says back all that it got, as careless receivers do. */
export function echoVendor(status: number): Vendor {
  const echo = ({ path, headers, body }: VendorRequest): VendorAnswer => ({
    status,
    body: `refused ${path} ${JSON.stringify(headers)} ${body}`,
  });
  return { check: () => "no", accept: echo, refuse: (_why, request) => echo(request) };
}

function parse(body: string): Readonly<Record<string, unknown>> {
  return JSON.parse(body) as Record<string, unknown>;
}
