/**
 * Holds the reading of requests: messages of a few fields, without tables.
 * In: the bytes of one message. Out: its fields by number; of a field that comes twice the last
 * counts. Must never throw anything but `BrokenMessage`.
 */
import { ProtobufCursor } from "../../core/event/protobuf-cursor.ts";

export class Fields {
  private readonly numbers = new Map<number, number>();
  private readonly parts = new Map<number, Uint8Array>();

  /** **Errors**: throws `BrokenMessage`. */
  constructor(bytes: Uint8Array) {
    const cursor = new ProtobufCursor();
    cursor.open(bytes, 0, bytes.length);
    while (cursor.at < cursor.end) {
      const tag = cursor.readTag();
      const wireType = tag & 7;
      if (wireType === 0) {
        cursor.readVarint();
        this.numbers.set(tag >>> 3, cursor.unsigned32());
      } else if (wireType === 2) {
        const end = cursor.readRangeEnd();
        this.parts.set(tag >>> 3, bytes.subarray(cursor.at, end));
        cursor.at = end;
      } else cursor.skip(wireType);
    }
  }

  /** undefined when it is not there: some requests tell that from zero. */
  number(field: number): number | undefined {
    return this.numbers.get(field);
  }

  text(field: number): string {
    return new TextDecoder().decode(this.parts.get(field));
  }

  part(field: number): Uint8Array | undefined {
    return this.parts.get(field);
  }
}
