/**
 * Holds one scrape of metrics over HTTP.
 * In: an address. Out: the text, behind a first line `Date: …` with the time the server gave.
 * Must never wait long or take much: a page that is slow or large is an error, not a half answer.
 */
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
  let answer: Response;
  let text: string | undefined;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    answer = await fetch(address, { signal, redirect: "error", headers: { accept: "text/plain" } });
    text = await readText(answer, sizeBytesMax);
  } catch (error) {
    return fail(tellReason(error, timeoutMs), error);
  }
  if (!answer.ok) return fail(`the server answered ${answer.status}`);
  if (text === undefined) return fail(`the answer has more than ${sizeBytesMax} bytes`);
  const date = answer.headers.get("date") ?? "";
  return Number.isFinite(Date.parse(date)) ? `Date: ${makeVisible(date, 60)}\n${text}` : text;
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
async function readText(answer: Response, sizeBytesMax: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early closes the connection.
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > sizeBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** `fetch` tells what happened in the cause of what it throws. */
function tellReason(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === "TimeoutError") {
    return `no whole answer within ${timeoutMs} ms`;
  }
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (inner instanceof AggregateError && inner.message === "") {
    return makeVisible(inner.errors.map(String).join("; "), 300);
  }
  return makeVisible(inner instanceof Error ? inner.message : String(inner), 300);
}
