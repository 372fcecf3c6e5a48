/**
 * Holds the decoder of Tetragon's gRPC stream: one `GetEventsResponse` at a time.
 * In: the bytes of one message, without its length prefix. Out: an event, deeply equal to that of
 * the same event as JSON. Only wanted fields are built; a repeated process costs one comparison.
 * Must never throw, whatever the bytes; of a field that comes twice the last counts.
 */
import { BlockMemo } from "./block-memo.ts";
import type { Event } from "./event.ts";
import { type DecodeProblem, Doubts, describeProblem, type EventDecoder } from "./event-decoder.ts";
import { hookCallNames, knownCall, mapEvent, mapHookCall } from "./map-event.ts";
import {
  commonParts,
  KnownProcess,
  mapCommonPart,
  mapProcess,
  type RememberedProcess,
} from "./map-process.ts";
import { findProtobufHoles, protobufBlockShape, protobufPartShape } from "./protobuf-block.ts";
import { BrokenMessage, ProtobufCursor } from "./protobuf-cursor.ts";
import {
  type Field,
  type MessageFields,
  responseFields,
  skippedResponseFields,
} from "./protobuf-fields.ts";
import { readTimestamp } from "./read-timestamp.ts";
import { TextTable } from "./text-table.ts";
import { isWireObject, KnownPart, WireTime } from "./wire-value.ts";

type Fields = Record<string, unknown>;
const broken = describeProblem("message-broken", "The message");
/** Stands for a value of a wrong wire type: whoever reads it takes it as absent and says so. */
const wrongType = Symbol("wrong type");
const callsSizeBytesMax = 4 * 1024 * 1024;
/** Of each kind of part. */
const partsSizeBytesMax = 1024 * 1024;
/** Not the pod: its bytes tell a pid, which differs. */
const equalParts: ReadonlySet<string> = new Set(commonParts.filter((name) => name !== "pod"));
/** More than any list may have, so that a longer one is still seen to be too long. */
const elementCountMax = 128;

export interface ProtobufDecoderOptions {
  /** **Unit**: bytes kept of repeated processes. */
  readonly memoSizeBytesMax?: number;
}

export function createProtobufDecoder(options: ProtobufDecoderOptions = {}): ProtobufDecoder {
  return new ProtobufDecoder(options);
}

class ProtobufDecoder implements EventDecoder {
  problem: DecodeProblem | undefined = undefined;
  readonly processes: BlockMemo<RememberedProcess>;
  private readonly calls = new BlockMemo<KnownPart<unknown>>(protobufPartShape, callsSizeBytesMax);
  private readonly parts = new Map(
    [...equalParts].map((name) => [
      name,
      new BlockMemo<KnownPart<unknown>>(protobufPartShape, partsSizeBytesMax),
    ]),
  );
  private readonly cursor = new ProtobufCursor();
  private readonly texts = new TextTable();
  private readonly doubts = new Doubts();

  constructor(options: ProtobufDecoderOptions) {
    this.processes = new BlockMemo(protobufBlockShape, options.memoSizeBytesMax);
  }

  decode(
    bytes: Uint8Array,
    start: number,
    end: number,
    input: number,
    offset: number,
  ): Event | undefined {
    this.doubts.clear();
    try {
      this.cursor.open(bytes, start, end);
      const record = this.readResponse();
      const event = mapEvent(record, { input, offset }, this.doubts);
      this.problem = this.doubts.problem;
      return event;
    } catch (error) {
      if (!(error instanceof BrokenMessage)) throw error;
      this.problem = broken;
      return undefined;
    }
  }

  private readResponse(): Fields {
    const { cursor } = this;
    const record: Fields = {};
    while (cursor.at < cursor.end) {
      const tag = cursor.readTag();
      const number = tag >>> 3;
      const field = responseFields.get(number);
      if (field !== undefined) this.readField(record, field, tag & 7);
      else {
        cursor.skip(tag & 7);
        if (!skippedResponseFields.has(number)) record[`${number}`] = true;
      }
    }
    return record;
  }

  private readMessage(fields: MessageFields, end: number): Fields {
    const { cursor } = this;
    const outerEnd = cursor.end;
    cursor.end = end;
    const object: Fields = {};
    while (cursor.at < end) {
      const tag = cursor.readTag();
      const field = fields.get(tag >>> 3);
      if (field === undefined) cursor.skip(tag & 7);
      else this.readField(object, field, tag & 7);
    }
    cursor.end = outerEnd;
    return object;
  }

  private readField(object: Fields, field: Field, wireType: number): void {
    if (field.repeated) this.readElements(object, field, wireType);
    else if (wireType !== field.wireType) {
      this.cursor.skip(wireType);
      object[field.name] = wrongType;
    } else object[field.name] = this.readValue(field);
  }

  /** Numbers of a list come packed in one range, or one by one. */
  private readElements(object: Fields, field: Field, wireType: number): void {
    const { cursor } = this;
    const isVarint = field.wireType === 0;
    const known = object[field.name];
    const list: unknown[] = Array.isArray(known) ? known : [];
    object[field.name] = list;
    if (wireType !== 2 && !(isVarint && wireType === 0)) {
      cursor.skip(wireType);
      list.push(wrongType);
      return;
    }
    if (isVarint && wireType === 2) {
      const outerEnd = cursor.end;
      cursor.end = cursor.readRangeEnd();
      while (cursor.at < cursor.end) this.addElement(list, field);
      cursor.end = outerEnd;
    } else this.addElement(list, field);
  }

  private addElement(list: unknown[], field: Field): void {
    if (list.length < elementCountMax) list.push(this.readValue(field));
    else this.cursor.skip(field.wireType);
  }

  private readValue(field: Field): unknown {
    const { cursor } = this;
    if (field.wireType === 0) {
      cursor.readVarint();
      return numberOf(cursor, field.kind);
    }
    const end = cursor.readRangeEnd();
    const start = cursor.at;
    switch (field.kind) {
      case "process":
        return this.readProcess(field, end);
      case "message":
        if (field.fields.hasCall) return this.readHook(field.fields, end);
        return this.readMessage(field.fields, end);
      case "time":
        return this.readTime(end);
      case "text":
        cursor.at = end;
        return this.texts.read(cursor.bytes, start, end);
      case "bytes":
        cursor.at = end;
        return cursor.bytes.subarray(start, end);
      default:
        return this.readWrapped(field, end);
    }
  }

  /** A wrapper is a message with one number in field 1; zero when it is empty. */
  private readWrapped(field: Field, end: number): unknown {
    const { cursor } = this;
    const outerEnd = cursor.end;
    cursor.end = end;
    cursor.low = 0;
    cursor.high = 0;
    let value = numberOf(cursor, field.kind);
    while (cursor.at < end) {
      const tag = cursor.readTag();
      cursor.skip(tag & 7);
      if (tag === 8) value = numberOf(cursor, field.kind);
    }
    cursor.end = outerEnd;
    return value;
  }

  private readTime(end: number): WireTime {
    return new WireTime(readTimestamp(this.cursor, end));
  }

  /** The event of a hook: of what it was called with, most comes again. */
  private readHook(fields: MessageFields, end: number): Fields {
    const { cursor } = this;
    const outerEnd = cursor.end;
    cursor.end = end;
    const body: Fields = {};
    while (cursor.at < end) {
      const start = cursor.at;
      const tag = cursor.readTag();
      const field = fields.get(tag >>> 3);
      if (field === undefined) cursor.skip(tag & 7);
      else if (hookCallNames.has(field.name)) {
        cursor.at = start;
        this.readCall(body, fields, end);
      } else this.readField(body, field, tag & 7);
    }
    cursor.end = outerEnd;
    return body;
  }

  /** From the first field of a call to the end of the body. */
  private readCall(body: Fields, fields: MessageFields, end: number): void {
    const { cursor, calls } = this;
    const start = cursor.at;
    if (calls.find(cursor.bytes, start, end, 0) === end) {
      cursor.at = end;
      body[knownCall] = calls.found.value;
      return;
    }
    const call: Fields = {};
    let isWhole = true;
    while (cursor.at < end) {
      const tag = cursor.readTag();
      const field = fields.get(tag >>> 3);
      if (field === undefined) cursor.skip(tag & 7);
      else {
        this.readField(call, field, tag & 7);
        isWhole &&= hookCallNames.has(field.name);
      }
    }
    if (!isWhole || !isOfFile(call)) {
      Object.assign(body, call);
      return;
    }
    const known = new KnownPart(mapHookCall, call);
    calls.add(cursor.bytes, { start, end }, [], known);
    body[knownCall] = known;
  }

  /** The number of its field is its place: neighbours in time have the same processes there. */
  private readProcess({ fields, number }: Field, end: number): KnownProcess {
    const { cursor } = this;
    const start = cursor.at;
    const { processes } = this;
    const isKnown = processes.find(cursor.bytes, start, end, number) === end;
    const { value, holeStarts } = processes.found;
    if (!isKnown || value === undefined) return this.learnProcess(fields, end);
    const { known, tidHole } = value;
    if (tidHole < 0) {
      cursor.at = end;
      return known;
    }
    cursor.at = holeStarts[tidHole] ?? end;
    cursor.readVarint();
    cursor.at = end;
    const tid = cursor.unsigned32();
    return tid === known.tid ? known : new KnownProcess(known.process, tid, known.problem);
  }

  private learnProcess(fields: MessageFields, end: number): KnownProcess {
    const { cursor } = this;
    const start = cursor.at;
    const known = mapProcess(this.readBlock(fields, end));
    const holes = findProtobufHoles(cursor.bytes, start, end);
    const remembered = { known, tidHole: holes.tid };
    this.processes.add(cursor.bytes, { start, end }, holes.list, remembered);
    return known;
  }

  private readBlock(fields: MessageFields, end: number): Fields {
    const { cursor } = this;
    const outerEnd = cursor.end;
    cursor.end = end;
    const block: Fields = {};
    while (cursor.at < end) {
      const tag = cursor.readTag();
      const field = fields.get(tag >>> 3);
      if (field === undefined) cursor.skip(tag & 7);
      else if ((tag & 7) === 2 && equalParts.has(field.name))
        block[field.name] = this.readPart(field);
      else this.readField(block, field, tag & 7);
    }
    cursor.end = outerEnd;
    return block;
  }

  /** One object for equal parts of many processes. */
  private readPart(field: Field): unknown {
    const { cursor, parts } = this;
    const end = cursor.readRangeEnd();
    const start = cursor.at;
    const memo = parts.get(field.name);
    if (memo?.find(cursor.bytes, start, end, 0) === end) {
      cursor.at = end;
      return memo.found.value;
    }
    const object = this.readMessage(field.fields, end);
    const known = mapCommonPart(field.name, object);
    if (known === undefined) return object;
    memo?.add(cursor.bytes, { start, end }, [], known);
    return known;
  }
}

/** Sockets have ports that do not come again. */
function isOfFile(call: Fields): boolean {
  const { args } = call;
  const first: unknown = Array.isArray(args) ? args[0] : undefined;
  return (
    isWireObject(first) && (isWireObject(first["file_arg"]) || isWireObject(first["path_arg"]))
  );
}

/** The varint last read. Numbers of 32 bits keep their low half, as protobuf prescribes. */
function numberOf(cursor: ProtobufCursor, kind: Field["kind"]): number | string | boolean {
  switch (kind) {
    case "bool":
    case "wrapped-bool":
      return (cursor.low | cursor.high) !== 0;
    case "uint64":
      return cursor.unsigned64();
    case "int64":
      return cursor.signed64();
    case "uint32":
    case "wrapped-uint32":
      return cursor.unsigned32();
    default:
      return cursor.low;
  }
}
