/**
 * Holds the one way in which a notice goes out over HTTP.
 * In: a configured target, a body. Out: the answer, or a `DeliveryError` that says what happened.
 * Must never follow a redirect, read an answer without a bound, wait without one, or tell a secret.
 */
import type { IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";
import { makeVisible } from "../../core/report/safe-text.ts";
import { DeliveryError } from "../../ports/delivery-error.ts";
import type { NotifierTarget } from "../../ports/notifier.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { guardedLookup, isRefusedAddress } from "./check-address.ts";
import type { NotifierOptions } from "./notifier-options.ts";
import { readAuthorities } from "./read-authorities.ts";
import { describePlace, readSecret, repeatsSecret } from "./read-secret.ts";

// An import of this module touches all that it has, and with it a second client of HTTP: 4 MB.
const { request: requestHttp } = process.getBuiltinModule("node:http");

export interface HttpPost {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** That stand in body or headers. */
  readonly secrets?: readonly string[];
  /** Else a good status is enough, and the answer is left unread. */
  readonly readsAnswer?: boolean;
}

export interface HttpTarget {
  /** Without secrets: for previews. */
  readonly shown: string;
  /** The answer's text; "" unless asked for. **Errors**: throws `DeliveryError`. */
  post(post: HttpPost, signal: AbortSignal): Promise<string>;
}

export interface HttpDefaults {
  /** Taken where the route names no address; "" none. */
  readonly url?: string;
  /** Added to the address of the route unless it ends so. */
  readonly path?: string;
}

const limits = { timeoutMs: 10_000, answerBytes: 1024 * 1024, toldLength: 200 };
/** **Unit**: milliseconds that a receiver may ask to wait. */
const retryAfterMsMax = 3_600_000;

/** **Errors**: throws `usage` for an address that is missing or not allowed. */
export function createHttpTarget(
  target: NotifierTarget,
  options: NotifierOptions,
  defaults: HttpDefaults = {},
): HttpTarget {
  const literal = target.url === "" ? (defaults.url ?? "") : target.url;
  const place = target.urlPlace;
  if (place === undefined && literal === "") {
    throw usage(target, "needs an address: url, urlFile or urlEnv");
  }
  const read = (text: string) => readAddress(text, target, defaults.path ?? "");
  const known = place === undefined ? read(literal) : undefined;
  if (typeof known === "string") throw usage(target, known);
  if (known !== undefined && known.username + known.password !== "") {
    throw usage(target, "has credentials in its url: write urlFile or urlEnv");
  }
  const shown =
    known === undefined && place !== undefined
      ? `(address in ${describePlace(place)})`
      : `${known?.origin}${known?.pathname}`;
  return {
    shown,
    post: async (post, signal) => {
      const found =
        place === undefined ? known : read(await readSecret(place, options.environment));
      if (found === undefined || typeof found === "string") {
        throw new DeliveryError(`Route ${target.name} ${found}.`, { retryable: false });
      }
      const secrets = [...(post.secrets ?? []), ...(place === undefined ? [] : partsOf(found))];
      const caller = { target, options, secrets };
      return exchange({ url: found, ...post }, caller, signal);
    },
  };
}

function usage({ name }: NotifierTarget, why: string): WaggleError {
  return new WaggleError("usage", `notify route ${JSON.stringify(name)} ${why}.`);
}

/** The address, or why it is none; without a word of it. */
function readAddress(text: string, target: NotifierTarget, path: string): URL | string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return "has no https address";
  if (url.protocol === "http:" && !target.insecure) {
    return "has an http address: use https, or say insecure: true";
  }
  if (isRefusedAddress(url.hostname)) return "has a link-local or multicast address";
  url.hash = "";
  if (path !== "" && !url.pathname.endsWith(path)) {
    url.pathname = `${url.pathname.replace(/\/+$/, "")}${path}`;
  }
  return url;
}

/** Words such as `services` tell nothing, and receivers use them. */
const plainWord = /^[a-z]{0,12}$/;

function partsOf(url: URL): readonly string[] {
  const { pathname, search, username, password } = url;
  const path = pathname.split("/").filter((part) => !plainWord.test(part));
  const parts = [...path, search, username, password, decodePart(username), decodePart(password)];
  return parts.filter((part) => part !== "");
}

/** What is malformed is taken as it stands. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return part;
    throw error;
  }
}

interface Caller {
  readonly target: NotifierTarget;
  readonly options: NotifierOptions;
  readonly secrets: readonly string[];
}

async function exchange(
  post: HttpPost & { readonly url: URL },
  caller: Caller,
  signal: AbortSignal,
): Promise<string> {
  const { target, options, secrets } = caller;
  const timeout = AbortSignal.timeout(options.timeoutMs ?? limits.timeoutMs);
  const both = AbortSignal.any([timeout, signal]);
  const fail = (why: string, retryable: boolean, retryAfterMs?: number) =>
    new DeliveryError(`Route ${target.name}: ${why}.`, { retryable, retryAfterMs });
  try {
    const response = await sendRequest(post, target, both);
    const status = response.statusCode ?? 0;
    const isTaken = status >= 200 && status < 300;
    if (isTaken && post.readsAnswer !== true) {
      // Taken is taken, whatever becomes of the rest of the answer.
      response.on("error", () => undefined).destroy();
      return "";
    }
    const answer = await readAnswer(response);
    if (isTaken) return answer;
    const said = tellAnswer(answer, secrets);
    if (status >= 300 && status < 400) {
      throw fail(`it answered ${status}, and redirects are not followed`, false);
    }
    const isWorthAgain = [408, 425, 429].includes(status) || status >= 500;
    const waitMs = readRetryAfter(response.headers["retry-after"], options.nowMs());
    throw fail(`it answered ${status}${said}`, isWorthAgain, waitMs);
  } catch (error) {
    if (error instanceof DeliveryError) throw error;
    if (signal.aborted) throw fail("the program is ending", true);
    if (timeout.aborted) throw fail("it did not answer in time", true);
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw fail(`the connection failed (${code})`, code !== "EREFUSEDADDRESS");
  }
}

async function sendRequest(
  { url, body, headers }: HttpPost & { readonly url: URL },
  target: NotifierTarget,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const ca = await readAuthorities(target);
  const bytes = Buffer.from(body);
  const { username, password } = url;
  const pair = `${decodePart(username)}:${decodePart(password)}`;
  const authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: "POST",
      auth: null,
      headers: {
        "content-type": "application/json",
        "user-agent": "waggle",
        ...(username === "" && password === "" ? {} : { authorization }),
        ...headers,
        "content-length": bytes.length,
      },
      // Its own connection: one that was kept may have been closed by the other side.
      agent: false,
      lookup: guardedLookup,
      ...(ca === undefined ? {} : { ca }),
      signal,
    });
    sent.on("response", resolve);
    sent.on("error", reject);
    sent.end(bytes);
  });
}

/** The start of it; the rest is not read. */
async function readAnswer(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    sizeBytes += (chunk as Buffer).length;
    if (sizeBytes >= limits.answerBytes) break;
  }
  return Buffer.concat(chunks).toString("utf8", 0, limits.answerBytes);
}

/** What a receiver says, unless it repeats what it must not. */
export function tellAnswer(answer: string, secrets: readonly string[]): string {
  const text = answer.trim().slice(0, limits.toldLength * 2);
  if (text === "") return "";
  if (repeatsSecret(text, secrets)) return " (its words repeat a secret and are not shown)";
  return ` ${JSON.stringify(makeVisible(text, limits.toldLength))}`;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  const code = inner instanceof Error && "code" in inner ? String(inner.code) : undefined;
  return code !== undefined && /^[A-Z0-9_]{1,60}$/.test(code) ? code : undefined;
}

/** Seconds, or a date. **Unit**: milliseconds; undefined when it is neither. */
function readRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), retryAfterMsMax);
}
