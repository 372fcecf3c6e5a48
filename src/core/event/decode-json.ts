/**
 * Holds the plain decoder of Tetragon's JSON export: `JSON.parse`, then the mapping.
 * In: the bytes of one line. Out: an event. It is the reference that `scan-json` must agree with,
 * and what that falls back to. Bytes that are not UTF-8 become U+FFFD; a byte order mark is wrong.
 */
import type { Event } from "./event.ts";
import { type DecodeProblem, Doubts, describeProblem, type EventDecoder } from "./event-decoder.ts";
import { mapEvent } from "./map-event.ts";
import { isWireObject } from "./wire-value.ts";

const notJson = describeProblem("line-not-json", "The line");
/** What a lone bracket says: the file was written for people. */
const notOneLine: DecodeProblem = {
  ...notJson,
  message: `${notJson.message} An event must stand on one line: \`jq -c . FILE\` writes it so.`,
};
const notObject = describeProblem("line-not-object", "The line");

export function createPlainJsonDecoder(): EventDecoder {
  return new PlainJsonDecoder();
}

class PlainJsonDecoder implements EventDecoder {
  problem: DecodeProblem | undefined = undefined;
  private readonly text = new TextDecoder("utf-8", { ignoreBOM: true });
  private readonly doubts = new Doubts();

  decode(
    bytes: Uint8Array,
    start: number,
    end: number,
    input: number,
    offset: number,
  ): Event | undefined {
    const text = this.text.decode(bytes.subarray(start, end));
    let record: unknown;
    try {
      record = JSON.parse(text);
    } catch {
      this.problem = /^\s*[[{]\s*$/.test(text) ? notOneLine : notJson;
      return undefined;
    }
    if (!isWireObject(record)) {
      this.problem = notObject;
      return undefined;
    }
    this.doubts.clear();
    const event = mapEvent(record, { input, offset }, this.doubts);
    this.problem = this.doubts.problem;
    return event;
  }
}
