/**
 * Holds how a dump of Tetragon's process cache becomes messages of the event stream.
 * In: the answer of GetDebug. Out: for each process a `GetEventsResponse` with an exec event that
 * is flagged `procFS`, and by whom it was told. Must never throw: what is no dump gives undefined.
 */
import { setImmediate } from "node:timers/promises";
import { hasFlag } from "../../core/event/process-flags.ts";
import type { ProtobufCursor } from "../../core/event/protobuf-cursor.ts";
import { ProtobufWriter } from "../../core/event/protobuf-writer.ts";
import { readExecId } from "../../core/observe/exec-id.ts";
import { rangeField, readFields, takeText, textAt, tryMessage, within } from "./read-fields.ts";

/** Twice the size of Tetragon's cache as it is set by default. */
const processCountMax = 131_072;
const textLengthMax = 1024;
/** Then the stream is read again: a large dump takes longer than a turn should. */
const turnCount = 500;

interface DumpedProcess {
  /** Place of the `Process` in the dump. */
  start: number;
  end: number;
  execId: string;
  binary: string;
  flags: string;
  /** The `Timestamp`, as it stands. */
  startTime: Uint8Array | undefined;
}

export interface KnownProcess {
  readonly execId: string;
  readonly message: Uint8Array;
}

export interface KnownProcesses {
  readonly processes: readonly KnownProcess[];
  /** Processes that the bound left out. */
  readonly droppedCount: number;
  /** As process ids tell it; "" unknown. */
  readonly node: string;
  /** Ids of processes that are Tetragon: others than before, and it was started anew. */
  readonly serverIds: readonly string[];
}

/** Whose dump it is. */
export type Dumping = Pick<KnownProcesses, "node" | "serverIds">;

/**
 * `flagsOf` gives more flags for all of them, "" for none. **Cost**: about the size of the dump
 * again in memory; some microseconds for each process.
 */
export async function readKnownProcesses(
  dump: Uint8Array,
  flagsOf: (dumping: Dumping) => string,
  countMax = processCountMax,
): Promise<KnownProcesses | undefined> {
  const dumped = tryMessage(dump, (cursor, end) => readDump(cursor, end, countMax));
  if (dumped === undefined) return undefined;
  const { found, droppedCount } = dumped;
  const node = found.reduce((known, { execId }) => known || nodeOf(execId), "");
  const serverIds = found.filter(isServer).map(({ execId }) => execId);
  const nodeField = node === "" ? none : new ProtobufWriter().text(1000, node).finish();
  const more = flagsOf({ node, serverIds });
  const processes: KnownProcess[] = [];
  for (const process of found) {
    processes.push({
      execId: process.execId,
      message: encodeExec(dump, process, { nodeField, more }),
    });
    if (processes.length % turnCount === 0) await setImmediate();
  }
  return { processes, droppedCount, node, serverIds };
}

/** Processes that the kernel started have no node in their id on every version. */
function nodeOf(execId: string): string {
  return readExecId(execId)?.node ?? "";
}

function isServer({ binary }: DumpedProcess): boolean {
  return binary.slice(binary.lastIndexOf("/") + 1) === "tetragon";
}

interface Dump {
  readonly found: readonly DumpedProcess[];
  readonly droppedCount: number;
}

/** `GetDebugResponse.processes.processes[].process`. */
function readDump(cursor: ProtobufCursor, end: number, countMax: number): Dump {
  const found: DumpedProcess[] = [];
  let droppedCount = 0;
  const takeProcess = (tag: number): boolean => {
    if (tag !== rangeField(1)) return false;
    const process = readProcess(cursor, cursor.readRangeEnd());
    if (process.execId === "") return true;
    if (found.length < countMax) found.push(process);
    else droppedCount += 1;
    return true;
  };
  readFields(cursor, end, within(cursor, 3, within(cursor, 1, takeProcess)));
  return { found, droppedCount };
}

function readProcess(cursor: ProtobufCursor, end: number): DumpedProcess {
  const empty = { execId: "", binary: "", flags: "", startTime: undefined };
  const process: DumpedProcess = { start: cursor.at, end, ...empty };
  readFields(cursor, end, (tag) => {
    if (tag === rangeField(1)) process.execId = takeText(cursor, textLengthMax);
    else if (tag === rangeField(5)) process.binary = takeText(cursor, textLengthMax);
    else if (tag === rangeField(7)) process.flags = takeText(cursor, textLengthMax);
    else if (tag === rangeField(8)) {
      const timeEnd = cursor.readRangeEnd();
      process.startTime = cursor.bytes.subarray(cursor.at, timeEnd);
      cursor.at = timeEnd;
    } else return false;
    return true;
  });
  return process;
}

/**
 * The process as it stands, with its flags said once more at its end, where they count. Its time
 * is its start, as of those that Tetragon itself tells of when it starts.
 * **Cost**: one allocation; a dump has thousands of processes.
 */
function encodeExec(
  dump: Uint8Array,
  process: DumpedProcess,
  { nodeField: node, more }: { readonly nodeField: Uint8Array; readonly more: string },
): Uint8Array {
  const { start, end, flags, startTime } = process;
  const listed = hasFlag(flags, "procFS") ? flags : `${flags} procFS`.trimStart();
  const all = `${listed} ${more}`.trimEnd();
  const flagsField = all === flags ? none : new ProtobufWriter().text(7, all).finish();
  const time = startTime === undefined ? none : new ProtobufWriter().part(1001, startTime).finish();
  const bodyLength = end - start + flagsField.length;
  const execLength = 1 + varintLength(bodyLength) + bodyLength;
  const headLength = 1 + varintLength(execLength);
  const message = new Uint8Array(headLength + execLength + node.length + time.length);
  let at = putRange(message, 0, execLength);
  at = putRange(message, at, bodyLength);
  for (const part of [dump.subarray(start, end), flagsField, node, time]) {
    message.set(part, at);
    at += part.length;
  }
  return message;
}

const none = new Uint8Array(0);

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest >>>= 7) length += 1;
  return length;
}

/** Tag of field 1 and a length; the place behind them. */
function putRange(message: Uint8Array, start: number, length: number): number {
  let at = start;
  message[at++] = rangeField(1);
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) message[at++] = (rest & 0x7f) | 0x80;
  message[at++] = rest;
  return at;
}

/** Id of the process that an exec event tells of; "" for other events and what is no message. */
export function startedId(message: Uint8Array): string {
  return tryMessage(message, readStarted) ?? "";
}

function readStarted(cursor: ProtobufCursor, end: number): string {
  let id = "";
  const takeId = textAt(cursor, 1, (text) => {
    id = text;
  });
  readFields(cursor, end, within(cursor, 1, within(cursor, 1, takeId)));
  return id;
}

/** Node that an event says it is from; "" where it does not. */
export function nodeNameOf(message: Uint8Array): string {
  return tryMessage(message, readNodeName) ?? "";
}

function readNodeName(cursor: ProtobufCursor, end: number): string {
  let node = "";
  const takeNode = textAt(cursor, 1000, (text) => {
    node = text;
  });
  readFields(cursor, end, takeNode);
  return node;
}
