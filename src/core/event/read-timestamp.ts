/**
 * Holds the reading of a `google.protobuf.Timestamp`.
 * In: a cursor at its first byte, its end. Out: the moment; the cursor behind it.
 */
import type { TimeUs } from "./event.ts";
import { timeFromSeconds } from "./event-text.ts";
import type { ProtobufCursor } from "./protobuf-cursor.ts";

/** -1 where its parts are out of range. **Errors**: throws `BrokenMessage`. */
export function readTimestamp(cursor: ProtobufCursor, end: number): TimeUs {
  const outerEnd = cursor.end;
  cursor.end = end;
  let seconds = 0;
  let nanos = 0;
  while (cursor.at < end) {
    const tag = cursor.readTag();
    cursor.skip(tag & 7);
    if (tag === 8) seconds = Number(cursor.signed64());
    else if (tag === 16) nanos = cursor.low;
  }
  cursor.end = outerEnd;
  if (nanos < 0 || nanos > 999_999_999) return -1;
  return timeFromSeconds(seconds, Math.floor(nanos / 1000));
}
