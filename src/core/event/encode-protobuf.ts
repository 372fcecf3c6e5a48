/**
 * Holds the way from an exported JSON event back to the message of Tetragon's gRPC stream.
 * In: the parsed object of one line. Out: the bytes of a `GetEventsResponse`, and how many values
 * were left out: fields that the tables do not know, and values that do not fit theirs.
 * Must never throw: what cannot be written is counted.
 */
import { hexFromBase64, parseTimeText } from "./event-text.ts";
import { type Field, type MessageFields, responseFields } from "./protobuf-fields.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";
import {
  actionNames,
  bpfCommandNames,
  capabilityName,
  capabilityNames,
  type NumberedNames,
  privilegeChangeNames,
  throttleNames,
} from "./wire-names.ts";
import { isWireObject, type WireObject } from "./wire-value.ts";

export interface EncodedEvent {
  readonly bytes: Uint8Array;
  /** Values that are not in the bytes. */
  readonly droppedCount: number;
}

/**
 * Writes the event as Tetragon's server would send it, as far as our tables of fields go: what
 * decoders read of both is equal. Zero values are written where the line has them.
 * **Source**: protobuf's JSON mapping; tetragon.proto for names and numbers.
 */
export function encodeEvent(record: WireObject): EncodedEvent {
  const drops = { count: 0 };
  const bytes = encodeMessage(record, responseFields, drops);
  return { bytes, droppedCount: drops.count };
}

interface Drops {
  count: number;
}

interface NumberedField {
  readonly number: number;
  readonly field: Field;
}

const byName = new Map<MessageFields, ReadonlyMap<string, NumberedField>>();

function namesOf(fields: MessageFields): ReadonlyMap<string, NumberedField> {
  const known = byName.get(fields);
  if (known !== undefined) return known;
  const names = new Map<string, NumberedField>();
  for (const field of fields.values()) names.set(field.name, { number: field.number, field });
  byName.set(fields, names);
  return names;
}

function encodeMessage(object: WireObject, fields: MessageFields, drops: Drops): Uint8Array {
  const writer = new ProtobufWriter();
  const names = namesOf(fields);
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined || value === null) continue;
    const known = names.get(name);
    const isList = Array.isArray(value);
    if (known === undefined || isList !== known.field.repeated) drops.count++;
    else if (!isList) writeValue(writer, known, value, drops);
    else for (const element of value) writeValue(writer, known, element, drops);
  }
  return writer.finish();
}

function writeValue(
  writer: ProtobufWriter,
  { number, field }: NumberedField,
  value: unknown,
  drops: Drops,
): void {
  if (field.kind === "message" || field.kind === "process") {
    if (isWireObject(value)) writer.part(number, encodeMessage(value, field.fields, drops));
    else drops.count++;
    return;
  }
  const encoded = encodeScalar(field, value);
  if (encoded === undefined) drops.count++;
  else if (encoded instanceof Uint8Array) writer.part(number, encoded);
  else if (typeof encoded === "string") writer.text(number, encoded);
  else writer.varint(number, encoded);
}

/** A varint, text or embedded bytes; undefined when the value is none of its kind. */
function encodeScalar(
  { name, kind }: Field,
  value: unknown,
): number | bigint | string | Uint8Array | undefined {
  switch (kind) {
    case "text":
      return typeof value === "string" ? value : undefined;
    case "bytes":
      return typeof value === "string" ? bytesOfBase64(value) : undefined;
    case "time":
      return typeof value === "string" ? encodeTime(value) : undefined;
    case "enum":
      return numberOfName(name, value);
    case "wrapped-bool":
    case "wrapped-int32":
    case "wrapped-uint32":
      return wrap(numberOf(kind.slice("wrapped-".length), value));
    default:
      return numberOf(kind, value);
  }
}

/** A wrapper is a message with the number in field 1, and empty for zero. */
function wrap(number: number | bigint | undefined): Uint8Array | undefined {
  if (number === undefined) return undefined;
  const writer = new ProtobufWriter();
  return (Number(number) === 0 ? writer : writer.varint(1, number)).finish();
}

const ranges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  uint32: [0n, 2n ** 32n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** Numbers and their decimal text alike, as in JSON; undefined outside of the kind's range. */
function numberOf(kind: string, value: unknown): number | bigint | undefined {
  if (kind === "bool") return typeof value === "boolean" ? Number(value) : undefined;
  const isText = typeof value === "string" && /^-?[0-9]{1,20}$/.test(value);
  if (!isText && !(typeof value === "number" && Number.isInteger(value))) return undefined;
  const number = BigInt(value);
  const [least, most] = ranges[kind] ?? [0n, 0n];
  return number >= least && number <= most ? number : undefined;
}

const enumNames: Readonly<Record<string, NumberedNames>> = {
  action: actionNames,
  permitted: capabilityNames,
  effective: capabilityNames,
  inheritable: capabilityNames,
  privileges_changed: privilegeChangeNames,
  bpf_cmd_arg: bpfCommandNames,
  type: throttleNames,
};

function numberOfName(field: string, value: unknown): number | undefined {
  if (typeof value === "number" && Number.isInteger(value)) {
    return Math.abs(value) <= 0x7fffffff ? value : undefined;
  }
  const known = enumNames[field];
  if (typeof value !== "string" || known === undefined) return undefined;
  const number = known.names.indexOf(known === capabilityNames ? capabilityName(value) : value);
  return number < 0 ? undefined : number;
}

/** Standard base64, padded or not. */
function bytesOfBase64(text: string): Uint8Array | undefined {
  const hex = hexFromBase64(text);
  if (hex === undefined) return undefined;
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  );
}

/** Go's zero time, and all that comes before 1970, for which events have no number. */
const zeroTimeSeconds = -62_135_596_800;

function encodeTime(text: string): Uint8Array | undefined {
  const timeUs = parseTimeText(text);
  if (timeUs < 0) return undefined;
  const digits = /\.([0-9]{1,9})/.exec(text)?.[1] ?? "";
  const nanos = Number(digits.padEnd(9, "0"));
  const isBefore = timeUs === 0 && !text.startsWith("1970-01-01");
  const writer = new ProtobufWriter();
  writer.varint(1, isBefore ? zeroTimeSeconds : Math.floor(timeUs / 1e6));
  return (nanos === 0 || isBefore ? writer : writer.varint(2, nanos)).finish();
}
