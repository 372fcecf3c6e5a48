/**
 * Holds the recorded events below `fixtures/events`, for tests of decoders and folds.
 * In: nothing. Out: lines and messages as bytes, read anew for each call.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const folder = new URL("../../fixtures/events/", import.meta.url);

export function recordedLines(name: "pairs" | "observed"): readonly Uint8Array[] {
  const bytes = gunzipSync(readFileSync(new URL(`${name}.jsonl.gz`, folder)));
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

/** The messages of the same events as the lines of `pairs`, in the same order. */
export function recordedMessages(): readonly Uint8Array[] {
  const bytes = gunzipSync(readFileSync(new URL("pairs.pb.gz", folder)));
  const messages: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = start + 4 + bytes.readUInt32BE(start);
    messages.push(bytes.subarray(start + 4, end));
    start = end;
  }
  return messages;
}
