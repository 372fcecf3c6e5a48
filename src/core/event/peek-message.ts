/**
 * Holds a look at a message of Tetragon's stream that decodes nothing of what it tells.
 * In: the bytes of one response. Out: when it happened, and whether it is about the start or end of
 * a process.
 * Must never allocate but for its answer, nor throw: who wants to know more decodes it.
 */
import type { TimeUs } from "./event.ts";
import { BrokenMessage, ProtobufCursor } from "./protobuf-cursor.ts";
import { readTimestamp } from "./read-timestamp.ts";

export interface PeekedMessage {
  /** 0 where it carries none, or cannot be read. */
  readonly timeUs: TimeUs;
  readonly kind: "exec" | "exit" | "other" | "broken";
}

/** Tags: field times 8, plus 2 for what has a length. */
const tagOf = { exec: 1 * 8 + 2, exit: 5 * 8 + 2, time: 1001 * 8 + 2 } as const;
const broken: PeekedMessage = { timeUs: 0, kind: "broken" };
const cursor = new ProtobufCursor();

/** **Cost**: by the fields of the response, of which there are three or four. */
export function peekMessage(bytes: Uint8Array): PeekedMessage {
  cursor.open(bytes, 0, bytes.length);
  let timeUs = 0;
  let kind: PeekedMessage["kind"] = "other";
  try {
    while (cursor.at < cursor.end) {
      const tag = cursor.readTag();
      if (tag === tagOf.time) timeUs = Math.max(0, readTimestamp(cursor, cursor.readRangeEnd()));
      else {
        if (tag === tagOf.exec) kind = "exec";
        else if (tag === tagOf.exit) kind = "exit";
        cursor.skip(tag & 7);
      }
    }
  } catch (error) {
    if (error instanceof BrokenMessage) return broken;
    throw error;
  }
  return { timeUs, kind };
}
