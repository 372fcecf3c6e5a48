/**
 * Holds requests to the Kubernetes API, over `node:https` or `node:http`.
 * In: a path and what is accepted. Out: a parsed page, or the open answer of a watch.
 * Must never follow a redirect, read an endless answer, or let a server's words through raw.
 */
import type { Agent, IncomingMessage } from "node:http";
import https from "node:https";
import { isObject, type JsonObject } from "../../core/inventory/json-value.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { ClusterAccess, Credentials } from "./cluster-access.ts";

// An import of this module touches all that it has, and with it a second client of HTTP: 4 MB.
const http = process.getBuiltinModule("node:http");

/**
 * `gone`: list anew. `refused`: no rights. `absent`: no such kind. `too-large`: ask for less.
 * `failed`: the world; try again.
 */
export type FailureKind = "gone" | "refused" | "absent" | "too-large" | "failed";

export class ApiFailure extends Error {
  readonly kind: FailureKind;
  /** What the server asks for; 0 when nothing. */
  readonly waitMs: number;

  constructor(kind: FailureKind, message: string, waitMs = 0) {
    super(message);
    this.name = "ApiFailure";
    this.kind = kind;
    this.waitMs = waitMs;
  }
}

export interface ApiLimits {
  /** To the head of an answer, and between its parts. */
  readonly timeoutMs: number;
  /** **Unit**: bytes of one page. */
  readonly pageBytesMax: number;
}

export interface ApiRequest {
  readonly path: string;
  readonly accept: string;
  /** Between parts of the answer; a watch is silent for long. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

const headersBytesMax = 64 * 1024;
const waitMsMax = 10 * 60_000;

export class ApiClient {
  private readonly access: ClusterAccess;
  private readonly limits: ApiLimits;
  private readonly agent: Agent;

  constructor(access: ClusterAccess, limits: ApiLimits) {
    this.access = access;
    this.limits = limits;
    const options = { keepAlive: true, keepAliveMsecs: 30_000, maxFreeSockets: 4 };
    const isTls = access.server.protocol === "https:";
    this.agent = isTls ? new https.Agent(options) : new http.Agent(options);
  }

  /** **Errors**: `ApiFailure`. */
  async getPage(path: string, accept: string, signal: AbortSignal): Promise<JsonObject> {
    const idleMs = this.limits.timeoutMs;
    const answer = await this.open({ path, accept, idleMs, signal });
    const text = await readText(answer, this.limits.pageBytesMax);
    const value = parseObject(text);
    if (value === undefined) throw new ApiFailure("failed", "the answer is not a JSON object");
    return value;
  }

  /** An answer with status 200, its body still to be read. **Errors**: `ApiFailure`. */
  async open(request: ApiRequest): Promise<IncomingMessage> {
    let answer = await this.send(request);
    if (answer.statusCode === 401) {
      // The token may have been replaced just now.
      answer.resume();
      this.access.renew();
      answer = await this.send(request);
    }
    if (answer.statusCode === 200) return answer;
    throw await readFailure(answer);
  }

  close(): void {
    this.agent.destroy();
  }

  private async send(request: ApiRequest): Promise<IncomingMessage> {
    const given = await this.access.credentials().catch((error: unknown) => {
      throw new ApiFailure("failed", tellError(error));
    });
    const { server } = this.access;
    return new Promise((done, failed) => {
      const send = server.protocol === "https:" ? https.request : http.request;
      const sent = send(this.optionsOf(request, given));
      const fail = (error: unknown) =>
        failed(new ApiFailure("failed", `${server.host}: ${tellError(error)}`));
      const late = setTimeout(
        () => sent.destroy(new Error(`no answer within ${this.limits.timeoutMs / 1000} s`)),
        this.limits.timeoutMs,
      );
      sent.on("close", () => clearTimeout(late));
      sent.on("error", fail);
      sent.on("response", (answer) => {
        clearTimeout(late);
        sent.setTimeout(request.idleMs, () => answer.destroy(new Error("it fell silent")));
        done(answer);
      });
      sent.on("socket", (socket) => socket.setKeepAlive(true, 30_000));
      sent.end();
    });
  }

  private optionsOf(request: ApiRequest, given: Credentials): https.RequestOptions {
    const { server, serverName, isUnverified } = this.access;
    const prefix = server.pathname.replace(/\/+$/, "");
    const optional = (key: string, value: string) => (value === "" ? {} : { [key]: value });
    return {
      method: "GET",
      hostname: server.hostname.replace(/^\[|\]$/g, ""),
      port: server.port || (server.protocol === "https:" ? 443 : 80),
      path: `${prefix}${request.path}`,
      agent: this.agent,
      signal: request.signal,
      maxHeaderSize: headersBytesMax,
      headers: {
        accept: request.accept,
        "user-agent": "waggle",
        ...optional("authorization", given.token === "" ? "" : `Bearer ${given.token}`),
      },
      rejectUnauthorized: !isUnverified,
      minVersion: "TLSv1.2",
      ...optional("servername", serverName),
      ...optional("ca", given.authority),
      ...optional("cert", given.certificate),
      ...optional("key", given.key),
    };
  }
}

const kindsByStatus: Readonly<Record<number, FailureKind>> = {
  401: "refused",
  403: "refused",
  404: "absent",
  410: "gone",
};

async function readFailure(answer: IncomingMessage): Promise<ApiFailure> {
  const status = answer.statusCode ?? 0;
  const text = await readText(answer, 64 * 1024).catch(() => "");
  const asked = Number(answer.headers["retry-after"] ?? 0) * 1000;
  const waitMs = asked > 0 ? Math.min(asked, waitMsMax) : 0;
  return tellStatus(status, parseObject(text), waitMs);
}

/** `body`: a Status of Kubernetes, as answers and watches carry them. */
export function tellStatus(status: number, body: JsonObject | undefined, waitMs = 0): ApiFailure {
  const said = typeof body?.["message"] === "string" ? body["message"] : "";
  const words = said === "" ? "" : `: "${makeVisible(said, 200)}"`;
  return new ApiFailure(kindsByStatus[status] ?? "failed", `HTTP ${status}${words}`, waitMs);
}

async function readText(answer: IncomingMessage, bytesMax: number): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of answer) {
      length += part.length;
      if (length > bytesMax) break;
      parts.push(part);
    }
  } catch (error) {
    throw new ApiFailure("failed", tellError(error));
  }
  if (length > bytesMax) {
    throw new ApiFailure("too-large", `an answer of more than ${bytesMax} bytes`);
  }
  return Buffer.concat(parts).toString("utf8");
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What an error says, for people: it may quote a server. */
export function tellError(error: unknown): string {
  return makeVisible(error instanceof Error ? error.message : String(error), 200);
}
