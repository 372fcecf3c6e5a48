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
import { findJsonHoles, jsonBlockShape } from "./json-block.ts";
import { JsonCursor, openBrace, openBracket, quote, Unsure } from "./json-cursor.ts";
import { KeyTable } from "./key-table.ts";
import { argumentKinds } from "./map-argument.ts";
import { eventNames, mapEvent, mapNamedEvent } from "./map-event.ts";
import { KnownProcess, mapProcess, type RememberedProcess } from "./map-process.ts";
import { WireTime } from "./wire-value.ts";

type Fields = Record<string, unknown>;

const list = (names: string) => names.split(" ");
const frameKeys = new KeyTable([
  ...eventNames,
  ...list("node_name time cluster_name node_labels aggregation_info"),
]);
const bodyKeys = new KeyTable(
  list(
    "process parent ancestors function_name args return action policy_name message tags signal " +
      "status time path buildid subsys event symbol provider name type cgroup " +
      "number_of_dropped_process_events",
  ),
);
const argumentKeys = new KeyTable([...argumentKinds, "label"]);
const blockKeys = new KeyTable(
  list(
    "exec_id parent_exec_id pid uid auid cwd binary arguments flags start_time docker pod cap ns " +
      "process_credentials binary_properties in_init_tree tid refcnt",
  ),
);
/** Of everything below a block or an argument: what is wanted anywhere there. */
const innerKeys = new KeyTable(
  list(
    "namespace name uid container workload workload_kind id image start_time maybe_exec_probe " +
      "security_context privileged permitted effective inheritable mnt pid net ipc uts user cgroup " +
      "inum is_host gid euid egid suid sgid user_ns level setuid setgid privileges_changed file " +
      "inode links path flags permission family protocol state saddr sport daddr dport cookie addr " +
      "port caps owner value ProgType ProgName MapType MapName Type KprobeFunc abi bytes_arg " +
      "orig_size Message",
  ),
);
const objectDepthMax = 16;
const labelsSizeBytesMax = 1024 * 1024;
const readProcess = (decoder: JsonDecoder) => decoder.readProcess();
const readArgument = (decoder: JsonDecoder) => decoder.readArgument();

export interface JsonDecoderOptions {
  /** **Unit**: bytes kept of repeated processes. */
  readonly memoSizeBytesMax?: number;
}

export function createJsonDecoder(options: JsonDecoderOptions = {}): JsonDecoder {
  return new JsonDecoder(options);
}

export class JsonDecoder implements EventDecoder {
  problem: DecodeProblem | undefined = undefined;
  /** Lines that were read the plain way. */
  plainCount = 0;
  readonly processes: BlockMemo<RememberedProcess>;
  /** Blocks that nobody wants and that come with every line: labels of the node. */
  private readonly labels: BlockMemo<true>;
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
    for (let first = true; cursor.nextMember(first); first = false) {
      const key = this.readKey(frameKeys);
      if (key === "time") record[key] = this.readTime();
      else if (key === "node_name" || key === "cluster_name") record[key] = this.readInner(0);
      else if (key === "node_labels" || key === "aggregation_info") this.passLabels();
      else if (key === "") cursor.fail();
      else {
        record[key] = this.readBody();
        name = key;
        nameCount += 1;
      }
    }
    if (cursor.peek() !== 0 || cursor.at !== cursor.end) cursor.fail();
    const place = { input, offset };
    const isClear = nameCount === 1 && record[name] !== null;
    if (isClear) return mapNamedEvent(record, name, place, this.doubts);
    return mapEvent(record, place, this.doubts);
  }

  private readKey(keys: KeyTable): string {
    const { cursor } = this;
    const start = cursor.passKey();
    const key = keys.find(cursor.bytes, start, cursor.at - 1);
    cursor.passColon();
    return key;
  }

  private readBody(): unknown {
    const { cursor } = this;
    if (cursor.peek() !== openBrace) return this.readInner(0);
    const body: Fields = {};
    cursor.at += 1;
    for (let first = true; cursor.nextMember(first); first = false) {
      const key = this.readKey(bodyKeys);
      switch (key) {
        case "":
          cursor.passValue();
          break;
        case "process":
        case "parent":
          body[key] = this.readProcess();
          break;
        case "ancestors":
          body[key] = this.readList(readProcess);
          break;
        case "args":
          body[key] = this.readList(readArgument);
          break;
        case "return":
          body[key] = this.readArgument();
          break;
        case "time":
          body[key] = this.readTime();
          break;
        default:
          body[key] = this.readInner(0);
      }
    }
    return body;
  }

  private readList(read: (decoder: JsonDecoder) => unknown): unknown {
    const { cursor } = this;
    if (cursor.peek() !== openBracket) return this.readInner(0);
    const values: unknown[] = [];
    cursor.at += 1;
    for (let first = true; cursor.nextElement(first); first = false) values.push(read(this));
    return values;
  }

  /** A kind that is not known has a name that the event shows: the plain way reads it. */
  readArgument(): unknown {
    const { cursor } = this;
    if (cursor.peek() !== openBrace) return this.readInner(0);
    const argument: Fields = {};
    cursor.at += 1;
    for (let first = true; cursor.nextMember(first); first = false) {
      const key = this.readKey(argumentKeys);
      if (key === "") cursor.fail();
      argument[key] = this.readInner(0);
    }
    return argument;
  }

  readProcess(): unknown {
    const { cursor } = this;
    if (cursor.peek() !== openBrace) return this.readInner(0);
    const match = this.processes.find(cursor.bytes, cursor.at, cursor.end);
    if (match === undefined) return this.learnProcess();
    const { known, tidHole } = match.value;
    const tidStart = match.holes[tidHole * 2];
    if (tidStart === undefined) {
      cursor.at = match.end;
      return known;
    }
    cursor.at = tidStart;
    const tid = cursor.readNumber();
    cursor.at = match.end;
    return new KnownProcess(known.process, tid, known.problem);
  }

  private learnProcess(): KnownProcess {
    const { cursor } = this;
    const start = cursor.at;
    const refcnts: Hole[] = [];
    const tids: Hole[] = [];
    const block: Fields = {};
    cursor.at += 1;
    for (let first = true; cursor.nextMember(first); first = false) {
      const key = this.readKey(blockKeys);
      if (key === "") {
        cursor.passValue();
        continue;
      }
      cursor.peek();
      const valueStart = cursor.at - start;
      block[key] = key === "start_time" ? this.readTime() : this.readInner(0);
      const value = { start: valueStart, end: cursor.at - start };
      if (key === "refcnt") refcnts.push(value);
      else if (key === "tid") tids.push(value);
    }
    const range = { start, end: cursor.at };
    const known = mapProcess(block);
    const holes = findJsonHoles(cursor.bytes.subarray(start, cursor.at), refcnts, tids);
    const remembered = { known, tidHole: holes.tid };
    this.processes.add(cursor.bytes, range, holes.list, remembered);
    return known;
  }

  /** Times differ in each line: they are read from the bytes, without a text between. */
  private readTime(): unknown {
    const { cursor } = this;
    if (cursor.peek() !== quote) return this.readInner(0);
    const start = cursor.at;
    if (cursor.passText()) return new WireTime(parseTime(cursor.bytes, start + 1, cursor.at - 1));
    cursor.at = start;
    return cursor.readText();
  }

  /** Any value, of objects only the keys that are wanted somewhere. */
  private readInner(depth: number): unknown {
    const { cursor } = this;
    const byte = cursor.peek();
    if (byte === quote) return cursor.readText();
    if (byte === openBrace) return this.readInnerObject(depth + 1);
    if (byte === openBracket) return this.readInnerArray(depth + 1);
    if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) return cursor.readNumber();
    return cursor.readWord();
  }

  private readInnerObject(depth: number): Fields {
    const { cursor } = this;
    if (depth > objectDepthMax) cursor.fail();
    const object: Fields = {};
    cursor.at += 1;
    for (let first = true; cursor.nextMember(first); first = false) {
      const key = this.readKey(innerKeys);
      if (key === "") cursor.passValue();
      else if (key === "start_time") object[key] = this.readTime();
      else object[key] = this.readInner(depth);
    }
    return object;
  }

  private readInnerArray(depth: number): unknown[] {
    const { cursor } = this;
    if (depth > objectDepthMax) cursor.fail();
    const values: unknown[] = [];
    cursor.at += 1;
    for (let first = true; cursor.nextElement(first); first = false) {
      values.push(this.readInner(depth));
    }
    return values;
  }

  private passLabels(): void {
    const { cursor } = this;
    if (cursor.peek() !== openBrace) {
      cursor.passValue();
      return;
    }
    const match = this.labels.find(cursor.bytes, cursor.at, cursor.end);
    if (match !== undefined) {
      cursor.at = match.end;
      return;
    }
    const start = cursor.at;
    cursor.passValue();
    this.labels.add(cursor.bytes, { start, end: cursor.at }, [], true);
  }
}
