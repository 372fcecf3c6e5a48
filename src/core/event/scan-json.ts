/**
 * Holds the fast decoder of Tetragon's JSON export: it reads only the wanted fields from the bytes
 * and recognises repeated process blocks, most of every line, by comparing them.
 * In: the bytes of one line. Out: exactly what the plain decoder gives; where the scanner is not
 * sure of that it takes the plain way. Must never build what no event carries.
 */
import { BlockMemo, type Hole } from "./block-memo.ts";
import { createPlainJsonDecoder } from "./decode-json.ts";
import type { Event } from "./event.ts";
import { type DecodeProblem, Doubts, type EventDecoder } from "./event-decoder.ts";
import { parseTime } from "./event-text.ts";
import { findJsonHoles, jsonBlockShape, jsonCallShape, jsonPartShape } from "./json-block.ts";
import { JsonCursor, openBrace, openBracket, quote, Unsure } from "./json-cursor.ts";
import { argumentKeys, blockKeys, bodyKeys, callKeys, frameKeys, innerKeys } from "./json-keys.ts";
import type { Key } from "./key-table.ts";
import { hookCallNames, knownCall, mapEvent, mapHookCall, mapNamedEvent } from "./map-event.ts";
import {
  commonParts,
  KnownProcess,
  mapCommonPart,
  mapProcess,
  type RememberedProcess,
} from "./map-process.ts";
import { KnownPart, WireTime } from "./wire-value.ts";

type Fields = Record<string, unknown>;

const objectDepthMax = 16;
const labelsSizeBytesMax = 1024 * 1024;
const callsSizeBytesMax = 8 * 1024 * 1024;
/** Of each kind of part. */
const partsSizeBytesMax = 4 * 1024 * 1024;

type ReadElement = (decoder: JsonDecoder, key: Key, index: number) => unknown;
const readAncestor: ReadElement = (decoder, key, index) => decoder.readProcess(key, index + 2);
const readArgument: ReadElement = (decoder, key) => decoder.readArgument(key);

export interface JsonDecoderOptions {
  /** **Unit**: bytes kept of repeated processes. */
  readonly memoSizeBytesMax?: number;
}

export function createJsonDecoder(options: JsonDecoderOptions = {}): JsonDecoder {
  return new JsonDecoder(options);
}

class JsonDecoder implements EventDecoder {
  problem: DecodeProblem | undefined = undefined;
  /** Lines that were read the plain way. */
  plainCount = 0;
  readonly processes: BlockMemo<RememberedProcess>;
  /** Blocks that nobody wants and that come with every line: labels of the node. */
  private readonly labels: BlockMemo<true>;
  private readonly parts = new Map(
    commonParts.map((name) => [
      name,
      new BlockMemo<KnownPart<unknown>>(jsonPartShape, partsSizeBytesMax),
    ]),
  );
  private readonly calls = new BlockMemo<KnownPart<unknown>>(jsonCallShape, callsSizeBytesMax);
  private readonly cursor = new JsonCursor();
  private readonly doubts = new Doubts();
  private readonly plain = createPlainJsonDecoder();

  constructor(options: JsonDecoderOptions) {
    this.processes = new BlockMemo(jsonBlockShape, options.memoSizeBytesMax);
    this.labels = new BlockMemo(jsonBlockShape, labelsSizeBytesMax);
  }

  decode(
    bytes: Uint8Array,
    start: number,
    end: number,
    input: number,
    offset: number,
  ): Event | undefined {
    this.cursor.open(bytes, start, end);
    this.doubts.clear();
    try {
      const event = this.scan(input, offset);
      this.problem = this.doubts.problem;
      return event;
    } catch (error) {
      if (!(error instanceof Unsure)) throw error;
    }
    this.plainCount += 1;
    const event = this.plain.decode(bytes, start, end, input, offset);
    this.problem = this.plain.problem;
    return event;
  }

  private scan(input: number, offset: number): Event {
    const { cursor } = this;
    const record: Fields = {};
    let name = "";
    let nameCount = 0;
    cursor.take(openBrace);
    let key = frameKeys.start;
    for (let first = true; cursor.nextMember(first); first = false) {
      key = cursor.readKey(frameKeys, key) ?? cursor.fail();
      const { text } = key;
      if (text === "time") record[text] = this.readTime(key);
      else if (text === "node_name" || text === "cluster_name") record[text] = this.readInner(key);
      else if (text === "node_labels" || text === "aggregation_info") this.passLabels();
      else {
        record[text] = this.readBody(key);
        name = text;
        nameCount += 1;
      }
    }
    if (cursor.peek() !== 0 || cursor.at !== cursor.end) cursor.fail();
    const place = { input, offset };
    const isClear = nameCount === 1 && record[name] !== null;
    if (isClear) return mapNamedEvent(record, name, place, this.doubts);
    return mapEvent(record, place, this.doubts);
  }

  private readBody(outerKey: Key): unknown {
    const { cursor } = this;
    if (cursor.peek() !== openBrace) return this.readInner(outerKey);
    const body: Fields = {};
    cursor.at += 1;
    let previous = bodyKeys.start;
    // Whether no field of a call came yet: of a field that comes twice the last counts.
    let isNamed = true;
    for (let first = true; cursor.nextMember(first); first = false) {
      if (isNamed && previous === callKeys.name && cursor.standsAt(callKeys.start)) {
        this.readCall(body);
        return body;
      }
      const key = cursor.readKey(bodyKeys, previous);
      if (key === undefined) cursor.passValue();
      else {
        body[key.text] = this.readBodyValue(key);
        previous = key;
        isNamed &&= callKeys.before.has(key);
      }
    }
    return body;
  }

  /** From the first field of a call, that of a file, to the end of the body: most come again. */
  private readCall(body: Fields): void {
    const { cursor, calls } = this;
    const start = cursor.at;
    const end = calls.find(cursor.bytes, start, cursor.end, 0);
    if (end >= 0) {
      cursor.at = end;
      body[knownCall] = calls.found.value;
      return;
    }
    const call: Fields = {};
    let isWhole = true;
    let previous = callKeys.name;
    do {
      const key = cursor.readKey(bodyKeys, previous);
      if (key === undefined) cursor.passValue();
      else {
        call[key.text] = this.readBodyValue(key);
        previous = key;
        isWhole &&= hookCallNames.has(key.text);
      }
    } while (cursor.nextMember(false));
    if (!isWhole) {
      Object.assign(body, call);
      return;
    }
    const known = new KnownPart(mapHookCall, call);
    calls.add(cursor.bytes, { start, end: cursor.at }, [], known);
    body[knownCall] = known;
  }

  private readBodyValue(key: Key): unknown {
    switch (key.text) {
      case "process":
        return this.readProcess(key, 0);
      case "parent":
        return this.readProcess(key, 1);
      case "ancestors":
        return this.readList(key, readAncestor);
      case "args":
        return this.readList(key, readArgument);
      case "return":
        return this.readArgument(key);
      case "time":
        return this.readTime(key);
      default:
        return this.readInner(key);
    }
  }

  private readList(key: Key, read: ReadElement): unknown {
    const { cursor } = this;
    if (cursor.peek() !== openBracket) return this.readInner(key);
    const values: unknown[] = [];
    cursor.at += 1;
    for (let first = true; cursor.nextElement(first); first = false) {
      values.push(read(this, key, values.length));
    }
    return values;
  }

  /** A kind that is not known has a name that the event shows: the plain way reads it. */
  readArgument(outerKey: Key): unknown {
    const { cursor } = this;
    if (cursor.peek() !== openBrace) return this.readInner(outerKey);
    const argument: Fields = {};
    cursor.at += 1;
    let key = argumentKeys.start;
    for (let first = true; cursor.nextMember(first); first = false) {
      key = cursor.readKey(argumentKeys, key) ?? cursor.fail();
      argument[key.text] = this.readInner(key);
    }
    return argument;
  }

  /** `place` is the block's place in the event: neighbours in time have the same blocks there. */
  readProcess(key: Key, place: number): unknown {
    const { cursor, processes } = this;
    if (cursor.peek() !== openBrace) return this.readInner(key);
    const end = processes.find(cursor.bytes, cursor.at, cursor.end, place);
    const { value, holeStarts } = processes.found;
    if (end < 0 || value === undefined) return this.learnProcess(place);
    const { known, tidHole } = value;
    if (tidHole < 0) {
      cursor.at = end;
      return known;
    }
    cursor.at = holeStarts[tidHole] ?? end;
    const tid = cursor.readNumber();
    cursor.at = end;
    return new KnownProcess(known.process, tid, known.problem);
  }

  private learnProcess(place: number): KnownProcess {
    const { cursor } = this;
    const start = cursor.at;
    const refcnts: Hole[] = [];
    const tids: Hole[] = [];
    const block: Fields = {};
    cursor.at += 1;
    let previous = blockKeys.start;
    for (let first = true; cursor.nextMember(first); first = false) {
      const key = cursor.readKey(blockKeys, previous);
      if (key === undefined) {
        cursor.passValue();
        continue;
      }
      previous = key;
      cursor.peek();
      const valueStart = cursor.at - start;
      block[key.text] = this.readBlockValue(key, place);
      const value = { start: valueStart, end: cursor.at - start };
      if (key.text === "refcnt") refcnts.push(value);
      else if (key.text === "tid") tids.push(value);
    }
    const range = { start, end: cursor.at };
    const known = mapProcess(block);
    const holes = findJsonHoles(cursor.bytes.subarray(start, cursor.at), refcnts, tids);
    const remembered = { known, tidHole: holes.tid };
    this.processes.add(cursor.bytes, range, holes.list, remembered);
    return known;
  }

  private readBlockValue(key: Key, place: number): unknown {
    if (key.text === "start_time") return this.readTime(key);
    const { cursor } = this;
    const memo = cursor.peek() === openBrace ? this.parts.get(key.text) : undefined;
    if (memo === undefined) return this.readInner(key);
    const start = cursor.at;
    const end = memo.find(cursor.bytes, start, cursor.end, place);
    if (end >= 0) {
      cursor.at = end;
      return memo.found.value;
    }
    const object = this.readInnerObject(1);
    const known = mapCommonPart(key.text, object);
    if (known === undefined) return object;
    memo.add(cursor.bytes, { start, end: cursor.at }, [], known);
    return known;
  }

  /** Times differ in each line: they are read from the bytes, without a text between. */
  private readTime(key: Key): unknown {
    const { cursor } = this;
    if (cursor.peek() !== quote) return this.readInner(key);
    const start = cursor.at;
    if (cursor.passText()) return new WireTime(parseTime(cursor.bytes, start + 1, cursor.at - 1));
    cursor.at = start;
    return cursor.readText(key);
  }

  /** Any value, of objects only the keys that are wanted somewhere. */
  private readInner(key: Key, depth = 0): unknown {
    const { cursor } = this;
    const byte = cursor.peek();
    if (byte === quote) return cursor.readText(key);
    if (byte === openBrace) return this.readInnerObject(depth + 1);
    if (byte === openBracket) return this.readInnerArray(key, depth + 1);
    if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) return cursor.readNumber();
    return cursor.readWord();
  }

  private readInnerObject(depth: number): Fields {
    const { cursor } = this;
    if (depth > objectDepthMax) cursor.fail();
    const object: Fields = {};
    cursor.at += 1;
    let previous = innerKeys.start;
    for (let first = true; cursor.nextMember(first); first = false) {
      const key = cursor.readKey(innerKeys, previous);
      if (key === undefined) {
        cursor.passValue();
        continue;
      }
      previous = key;
      const { text } = key;
      object[text] = text === "start_time" ? this.readTime(key) : this.readInner(key, depth);
    }
    return object;
  }

  private readInnerArray(key: Key, depth: number): unknown[] {
    const { cursor } = this;
    if (depth > objectDepthMax) cursor.fail();
    const values: unknown[] = [];
    cursor.at += 1;
    for (let first = true; cursor.nextElement(first); first = false) {
      values.push(this.readInner(key, depth));
    }
    return values;
  }

  private passLabels(): void {
    const { cursor } = this;
    if (cursor.peek() !== openBrace) {
      cursor.passValue();
      return;
    }
    const end = this.labels.find(cursor.bytes, cursor.at, cursor.end, 0);
    if (end >= 0) {
      cursor.at = end;
      return;
    }
    const start = cursor.at;
    cursor.passValue();
    this.labels.add(cursor.bytes, { start, end: cursor.at }, [], true);
  }
}
