/**
 * Holds how single fields of a record are read, whatever its encoding was.
 * In: an object with wire names, from `JSON.parse`, the scanner or the protobuf decoder. Out: text,
 * numbers, lists within their bounds. A value of a wrong type counts as absent and is a doubt;
 * `null` is absent without doubt (protobuf's JSON mapping). Must never throw.
 */
import { cutText, textLengthMax } from "./bounds.ts";
import type { TimeUs } from "./event.ts";
import { type DecodeProblem, Doubts } from "./event-decoder.ts";
import { parseTimeText } from "./event-text.ts";
import { type NumberedNames, nameOfNumber } from "./wire-names.ts";

/** Only names of the wire are asked for, and none of them is a property of every object. */
export type WireObject = Readonly<Record<string, unknown>>;

/** A time that a decoder read from bytes, with the values of `parseTime`. */
export class WireTime {
  readonly timeUs: TimeUs;

  constructor(timeUs: TimeUs) {
    this.timeUs = timeUs;
  }
}

type MapPart<Value> = (object: WireObject, doubts: Doubts) => Value;

/** An object within a record that was mapped before: a decoder that remembers it puts it there. */
export class KnownPart<Value> {
  readonly map: MapPart<Value>;
  readonly value: Value;
  readonly problem: DecodeProblem | undefined;

  constructor(map: MapPart<Value>, object: WireObject) {
    const doubts = new Doubts();
    this.map = map;
    this.value = map(object, doubts);
    this.problem = doubts.problem;
  }
}

/** What `map` makes of the object there; undefined when there is none. */
export function partAt<Value>(
  object: WireObject,
  field: string,
  map: MapPart<Value>,
  doubts: Doubts,
): Value | undefined {
  const value = object[field];
  if (value instanceof KnownPart && value.map === map) {
    doubts.add(value.problem);
    return value.value;
  }
  const part = objectAt(object, field, doubts);
  if (part === undefined) return undefined;
  const known = new KnownPart(map, part);
  doubts.add(known.problem);
  return known.value;
}

export function isWireObject(value: unknown): value is WireObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function textAt(
  object: WireObject,
  field: string,
  lengthMax: number,
  doubts: Doubts,
): string {
  return readText(object[field], field, lengthMax, doubts);
}

/** Text cut to its bound; "" for what is none. **Errors**: noted as a doubt of the field. */
export function readText(value: unknown, field: string, lengthMax: number, doubts: Doubts): string {
  if (typeof value === "string") {
    if (value.length <= lengthMax) return value;
    doubts.note("text-cut", field);
    return cutText(value, lengthMax);
  }
  if (value !== undefined && value !== null) doubts.note("field-wrong-type", field);
  return "";
}

const integerText = /^-?[0-9]{1,20}$/;

/** Numbers and decimal strings alike: 64-bit integers are strings in JSON. */
export function integerAt(
  object: WireObject,
  field: string,
  absent: number,
  doubts: Doubts,
): number {
  return readInteger(object[field], field, absent, doubts);
}

/**
 * A number or its decimal text; `absent` for what is neither. **Errors**: noted as a doubt;
 * beyond 2^53 the value is kept as near as a number can.
 */
export function readInteger(value: unknown, field: string, absent: number, doubts: Doubts): number {
  if (value === undefined || value === null) return absent;
  const isText = typeof value === "string" && integerText.test(value);
  const number = isText ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number)) {
    doubts.note("field-wrong-type", field);
    return absent;
  }
  if (!Number.isSafeInteger(number)) doubts.note("number-inexact", field);
  return number + 0; // no negative zero: only one encoding has it
}

/** A 64-bit number that is an identity and must not be rounded; "" for absent and zero. */
export function decimalAt(object: WireObject, field: string, doubts: Doubts): string {
  const value = object[field];
  if (value === undefined || value === null) return "";
  const isText = typeof value === "string" && integerText.test(value);
  if (!isText && !Number.isSafeInteger(value)) {
    doubts.note(typeof value === "number" ? "number-inexact" : "field-wrong-type", field);
    return "";
  }
  const text = `${value}`;
  return text === "0" || text === "-0" ? "" : text;
}

export function booleanAt(object: WireObject, field: string, doubts: Doubts): boolean | undefined {
  const value = object[field];
  if (typeof value === "boolean") return value;
  if (value !== undefined && value !== null) doubts.note("field-wrong-type", field);
  return undefined;
}

export function objectAt(
  object: WireObject,
  field: string,
  doubts: Doubts,
): WireObject | undefined {
  const value = object[field];
  if (isWireObject(value)) return value;
  if (value !== undefined && value !== null) doubts.note("field-wrong-type", field);
  return undefined;
}

const emptyList: readonly unknown[] = [];

/** At most `countMax` elements; what is cut off is noted as a doubt. */
export function listAt(
  object: WireObject,
  field: string,
  countMax: number,
  doubts: Doubts,
): readonly unknown[] {
  const value = object[field];
  if (Array.isArray(value)) {
    if (value.length <= countMax) return value;
    doubts.note("list-cut", field);
    return value.slice(0, countMax);
  }
  if (value !== undefined && value !== null) doubts.note("field-wrong-type", field);
  return emptyList;
}

/** 0 when absent or unreadable. */
export function timeAt(object: WireObject, field: string, doubts: Doubts): TimeUs {
  const value = object[field];
  if (value === undefined || value === null) return 0;
  let timeUs = -1;
  if (value instanceof WireTime) timeUs = value.timeUs;
  else if (typeof value === "string") timeUs = parseTimeText(value);
  else {
    doubts.note("field-wrong-type", field);
    return 0;
  }
  if (timeUs >= 0) return timeUs;
  doubts.note("time-invalid", field);
  return 0;
}

/** An enum: its name in JSON, or its number (protobuf; in JSON when the sender knew no name). */
export function readName(
  value: unknown,
  field: string,
  names: NumberedNames,
  doubts: Doubts,
): string {
  if (typeof value === "number" && Number.isSafeInteger(value)) return nameOfNumber(value, names);
  return readText(value, field, textLengthMax.name, doubts);
}
