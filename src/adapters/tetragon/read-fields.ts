/**
 * Holds the walk over the fields of a protobuf message, for answers that come seldom.
 * In: a cursor and the end of a message. Out: one call a field; what is not taken is skipped.
 * Throws `BrokenMessage` and nothing else; of a field that comes twice the last counts.
 */
import { cutText } from "../../core/event/bounds.ts";
import { BrokenMessage, ProtobufCursor } from "../../core/event/protobuf-cursor.ts";

/** Tags, as `readFields` hands them on: the number of the field and how its value is written. */
export const numberField = (field: number): number => field * 8;
export const rangeField = (field: number): number => field * 8 + 2;

const decoder = new TextDecoder();

/** `take` reads the value and says true, or leaves the cursor where it is and says false. */
export function readFields(
  cursor: ProtobufCursor,
  end: number,
  take: (tag: number) => boolean,
): void {
  const outerEnd = cursor.end;
  cursor.end = end;
  while (cursor.at < end) {
    const tag = cursor.readTag();
    if (!take(tag)) cursor.skip(tag & 7);
  }
  cursor.end = outerEnd;
}

/** A `take` for an embedded message, whose fields `take` is called for in turn. */
export function within(
  cursor: ProtobufCursor,
  field: number,
  take: (tag: number) => boolean,
): (tag: number) => boolean {
  const wanted = rangeField(field);
  return (tag) => {
    if (tag !== wanted) return false;
    readFields(cursor, cursor.readRangeEnd(), take);
    return true;
  };
}

/** A `take` for one text. */
export function textAt(
  cursor: ProtobufCursor,
  field: number,
  keep: (text: string) => void,
): (tag: number) => boolean {
  const wanted = rangeField(field);
  return (tag) => {
    if (tag !== wanted) return false;
    keep(takeText(cursor, textLengthMax));
    return true;
  };
}

const textLengthMax = 1024;

/** **Errors**: `BrokenMessage`. */
export function readMessage<Message>(
  bytes: Uint8Array,
  read: (cursor: ProtobufCursor, end: number) => Message,
): Message {
  const cursor = new ProtobufCursor();
  cursor.open(bytes, 0, bytes.length);
  return read(cursor, bytes.length);
}

/** The same for what may be anything: undefined where it is no message. */
export function tryMessage<Message>(
  bytes: Uint8Array,
  read: (cursor: ProtobufCursor, end: number) => Message,
): Message | undefined {
  try {
    return readMessage(bytes, read);
  } catch (error) {
    if (error instanceof BrokenMessage) return undefined;
    throw error;
  }
}

/** **Unit**: `lengthMax` in UTF-16 code units; the rest of a longer text is left out. */
export function takeText(cursor: ProtobufCursor, lengthMax: number): string {
  const end = cursor.readRangeEnd();
  const shown = cursor.bytes.subarray(cursor.at, Math.min(end, cursor.at + lengthMax * 3));
  cursor.at = end;
  return cutText(decoder.decode(shown), lengthMax);
}

/** Exact up to 2^53, as every count of a server is. */
export function takeNumber(cursor: ProtobufCursor): number {
  cursor.readVarint();
  return Number(cursor.unsigned64());
}
