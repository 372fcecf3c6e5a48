/**
 * Holds the reading of a watch: one JSON object a line, for as long as the server keeps it open.
 * In: the body of the answer. Out: its events, each as soon as its line is whole.
 * Must never give half a line, nor keep more than one.
 */
import { isObject, type JsonObject } from "../../core/inventory/json-value.ts";
import { ApiFailure, tellError } from "./api-client.ts";

export interface WatchEvent {
  readonly type: string;
  readonly object: JsonObject;
}

/** **Unit**: bytes. An object is at most some MB with all that other programs write into it. */
const lineBytesMax = 16 * 1024 * 1024;

/** Ends when the server ends it. **Errors**: `ApiFailure`, when it breaks off or makes no sense. */
export async function* readWatch(
  chunks: AsyncIterable<Uint8Array>,
  lineMax: number = lineBytesMax,
): AsyncGenerator<WatchEvent> {
  let parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const bytes of chunks) {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let start = 0;
      for (;;) {
        const end = chunk.indexOf(0x0a, start);
        const part = chunk.subarray(start, end < 0 ? chunk.length : end);
        length += part.length;
        if (length > lineMax) throw new ApiFailure("gone", "a line of a watch is too long");
        parts.push(part);
        if (end < 0) break;
        const line = Buffer.concat(parts).toString("utf8");
        parts = [];
        length = 0;
        start = end + 1;
        if (line.trim() !== "") yield parseEvent(line);
      }
    }
  } catch (error) {
    if (error instanceof ApiFailure) throw error;
    throw new ApiFailure("failed", `the watch broke off: ${tellError(error)}`);
  }
}

function parseEvent(line: string): WatchEvent {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value) && typeof value["type"] === "string" && isObject(value["object"])) {
      return { type: value["type"], object: value["object"] };
    }
  } catch {
    // Told below: the parser's words quote the line.
  }
  throw new ApiFailure("gone", "a line of a watch is no event");
}
