/**
 * Holds the sink that posts reports to an address.
 * In: deliveries. Out: one POST of JSON each, tried a few times; signed where a secret is given.
 * Must never show more of the address than its origin, follow a redirection, or wait for ever.
 */
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { renderJson } from "../../core/report/render-json.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { Delivery, Sink } from "../../ports/sink.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

export interface WebhookOptions {
  /** File with the key of the signature; read for each delivery, so that it can be replaced. */
  readonly secretFile?: string;
  /** Ends tries and waits. */
  readonly signal?: AbortSignal;
  /** **Unit**: milliseconds of one try. */
  readonly timeoutMs?: number;
  /** **Unit**: milliseconds before the second try; twice as long before each further one. */
  readonly backOffMs?: number;
}

const tryCountMax = 3;
const defaultTimeoutMs = 10_000;
const defaultBackOffMs = 1_000;
/** **Unit**: milliseconds that a server may ask to wait. */
const retryAfterMsMax = 60_000;
/** **Unit**: characters of an answer that are told. */
const answerLengthMax = 200;

/** Lists of a report lie below the document and the report. */
const openLevels = 3;

/** **Errors**: throws `usage` for an address that is none. */
export function createWebhookSink(target: string, options: WebhookOptions = {}): Sink {
  const { url, authorization } = readAddress(target);
  const name = `webhook ${url.origin}`;
  return {
    name,
    deliver: async (delivery) => {
      const body = encode(delivery);
      const headers = new Headers({
        "content-type": "application/json",
        "user-agent": "waggle",
        "x-waggle-report": encodeURIComponent(delivery.id),
        ...(authorization === "" ? {} : { authorization }),
        ...(await sign(body, options.secretFile)),
      });
      await post({ url, name, body, headers }, options);
    },
  };
}

/** `fetch` takes no credentials in an address: they become a header. */
function readAddress(target: string): { readonly url: URL; readonly authorization: string } {
  const url = URL.parse(target);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new WaggleError("usage", "The address of a webhook is no http or https address.");
  }
  const { username, password } = url;
  url.username = "";
  url.password = "";
  url.hash = "";
  if (username === "" && password === "") return { url, authorization: "" };
  const pair = [username, password].map(decodePart).join(":");
  return { url, authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new WaggleError("usage", "The credentials in the address of a webhook are malformed.");
  }
}

function encode({ id, trigger, changes, report }: Delivery): Buffer<ArrayBuffer> {
  const pieces = renderJson({ id, trigger, changes, report }, openLevels);
  return Buffer.concat([...pieces].map((piece) => Buffer.from(piece)));
}

/** HMAC-SHA256 of the body, in hex. **Errors**: throws `delivery-failed`, and nothing goes. */
async function sign(
  body: Uint8Array,
  secretFile: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  if (secretFile === undefined) return {};
  let secret: string;
  try {
    secret = (await readFile(secretFile, "utf8")).trim();
  } catch (cause) {
    const message = `The secret of the webhook in ${JSON.stringify(secretFile)} cannot be read.`;
    throw new WaggleError("delivery-failed", message, { cause });
  }
  if (secret === "") {
    const message = `The secret of the webhook in ${JSON.stringify(secretFile)} is empty.`;
    throw new WaggleError("delivery-failed", message);
  }
  const digest = createHmac("sha256", secret).update(body).digest("hex");
  return { "x-waggle-signature": `sha256=${digest}` };
}

interface Post {
  readonly url: URL;
  readonly name: string;
  readonly body: Buffer<ArrayBuffer>;
  readonly headers: Headers;
}

interface Outcome {
  /** "" when it was taken. */
  readonly why: string;
  readonly isWorthAgain: boolean;
  /** **Unit**: milliseconds, as the server asked; -1 when it did not. */
  readonly waitMs: number;
  readonly cause: unknown;
}

async function post(request: Post, options: WebhookOptions): Promise<void> {
  const { backOffMs = defaultBackOffMs, signal } = options;
  for (let attempt = 1; ; attempt += 1) {
    const { why, isWorthAgain, waitMs, cause } = await tryOnce(request, options);
    if (why === "") return;
    const isLast = attempt === tryCountMax || !isWorthAgain || signal?.aborted === true;
    if (isLast) {
      const message = `${request.name} did not take the report: ${why} (tries: ${attempt}).`;
      throw new WaggleError("delivery-failed", message, { cause, retryable: isWorthAgain });
    }
    const pauseMs = waitMs >= 0 ? waitMs : backOffMs * 2 ** (attempt - 1);
    await pause(pauseMs, signal);
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    // Asked to end: the try that follows ends at once, and tells it.
    if (!(error instanceof Error && error.name === "AbortError")) throw error;
  }
}

async function tryOnce({ url, body, headers }: Post, options: WebhookOptions): Promise<Outcome> {
  const { timeoutMs = defaultTimeoutMs, signal } = options;
  const limits = [AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])];
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      headers,
      redirect: "manual",
      signal: AbortSignal.any(limits),
    });
    const { ok, status } = response;
    // Taken is taken, whatever becomes of the rest of the answer.
    const answer = ok ? "" : await readAnswer(response);
    if (ok) void response.body?.cancel().catch(() => undefined);
    if (ok) return { why: "", isWorthAgain: false, waitMs: -1, cause: undefined };
    const isWorthAgain = status === 408 || status === 429 || status >= 500;
    const waitMs = readRetryAfter(response.headers.get("retry-after"));
    const said = answer === "" ? "" : ` ${JSON.stringify(answer)}`;
    return { why: `it answered ${status}${said}`, isWorthAgain, waitMs, cause: undefined };
  } catch (cause) {
    return { why: tellNetworkError(cause), isWorthAgain: true, waitMs: -1, cause: undefined };
  }
}

/** The start of it; the rest is not read. */
async function readAnswer(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const { value } = await reader.read();
  await reader.cancel();
  return makeVisible(new TextDecoder().decode(value).trim(), answerLengthMax);
}

/** Only a name of the error: its text may repeat the whole address. */
function tellNetworkError(error: unknown): string {
  if (!(error instanceof Error)) return "the connection failed";
  if (error.name === "TimeoutError") return "it did not answer in time";
  if (error.name === "AbortError") return "the program is ending";
  const code =
    error.cause instanceof Error && "code" in error.cause ? String(error.cause.code) : "";
  return code === "" ? "the connection failed" : `the connection failed (${code})`;
}

/** Seconds, or a date. **Unit**: milliseconds; -1 when it is neither. */
function readRetryAfter(header: string | null): number {
  if (header === null) return -1;
  const ms = /^\d{1,6}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? -1 : Math.min(Math.max(ms, 0), retryAfterMsMax);
}
