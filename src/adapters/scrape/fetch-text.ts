/**
 * Holds one scrape of metrics over HTTP.
 * In: an address. Out: the text, behind a first line `Date: …` with the time the server gave.
 * Must never wait long or take much: a page that is slow or large is an error, not a half answer.
 */
import type { IncomingMessage } from "node:http";
import { makeVisible } from "../../core/report/safe-text.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

export interface ScrapeBounds {
  readonly timeoutMs?: number;
  readonly sizeBytesMax?: number;
}

/** **Errors**: `connection-failed`; `usage` for an address that is not of HTTP. */
export async function scrape(
  url: string,
  { timeoutMs = 5000, sizeBytesMax = 32 * 1024 * 1024 }: ScrapeBounds = {},
): Promise<string> {
  const address = readUrl(url);
  // Names and tokens in an address are secrets.
  const shown = makeVisible(`${address.origin}${address.pathname}`, 300);
  const fail = (reason: string, cause?: unknown): never => {
    throw new WaggleError("connection-failed", `No metrics from ${shown}: ${reason}`, {
      cause,
      retryable: true,
    });
  };
  let answer: IncomingMessage;
  let text: string | undefined;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    answer = await ask(address, signal);
    text = await readText(answer, sizeBytesMax);
  } catch (error) {
    return fail(tellReason(error, { signal, timeoutMs }), error);
  }
  const { statusCode = 0, headers } = answer;
  if (statusCode < 200 || statusCode > 299) return fail(tellStatus(statusCode));
  if (text === undefined) return fail(`the answer has more than ${sizeBytesMax} bytes`);
  const { date = "" } = headers;
  return Number.isFinite(Date.parse(date)) ? `Date: ${makeVisible(date, 60)}\n${text}` : text;
}

/**
 * An import of `node:http`, and `fetch` at its first use, load a second client of HTTP: 4 MB in a
 * daemon that lives for months.
 */
function ask(address: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const name = address.protocol === "https:" ? "node:https" : "node:http";
  const { get } = process.getBuiltinModule(name);
  const answered = Promise.withResolvers<IncomingMessage>();
  const options = { signal, agent: false, headers: { accept: "text/plain" } };
  get(address, options, answered.resolve).on("error", answered.reject);
  return answered.promise;
}

function tellStatus(status: number): string {
  const isMoved = status >= 300 && status < 400;
  return `the server answered ${status}${isMoved ? ", a redirect, which is not followed" : ""}`;
}

function readUrl(url: string): URL {
  const address = URL.parse(url);
  if (address === null || !/^https?:$/.test(address.protocol)) {
    throw new WaggleError("usage", "Metrics are read from http://… or https://… only");
  }
  if (address.username !== "" || address.password !== "") {
    throw new WaggleError("usage", "The address of metrics must not hold a name or password");
  }
  return address;
}

/** Undefined for more than the bound. */
async function readText(
  answer: IncomingMessage,
  sizeBytesMax: number,
): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop early closes the connection.
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > sizeBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function tellReason(
  error: unknown,
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
): string {
  if (signal.aborted) return `no whole answer within ${timeoutMs} ms`;
  if (error instanceof AggregateError && error.message === "") {
    return makeVisible(error.errors.map(String).join("; "), 300);
  }
  return makeVisible(error instanceof Error ? error.message : String(error), 300);
}
