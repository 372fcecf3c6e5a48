/**
 * Holds the recorded start of two containers below `fixtures/observe`, for tests of folds.
 * In: nothing. Out: events, or lines. Decoded once; must never be changed.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { createPlainJsonDecoder } from "../core/event/decode-json.ts";
import type { Event } from "../core/event/event.ts";

const folder = new URL("../../fixtures/observe/", import.meta.url);

export function recordedStart(): readonly Event[] {
  const bytes = gunzipSync(readFileSync(new URL("start.jsonl.gz", folder)));
  const decoder = createPlainJsonDecoder();
  const events: Event[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    const event = decoder.decode(bytes, start, end, 0, start);
    if (event !== undefined) events.push(event);
    start = end + 1;
  }
  return events;
}

export function recordedProcesses(): readonly string[] {
  const text = gunzipSync(readFileSync(new URL("processes.jsonl.gz", folder))).toString("utf8");
  return text.split("\n").filter((line) => line !== "");
}
