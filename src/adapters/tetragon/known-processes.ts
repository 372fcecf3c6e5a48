/**
 * Holds how a dump of Tetragon's process cache becomes messages of the event stream.
 * In: the answer of GetDebug. Out: for each process a `GetEventsResponse` with an exec event that
 * is flagged `procFS`. Must never throw: what is no dump gives undefined.
 */
import { setImmediate } from "node:timers/promises";
import { hasFlag } from "../../core/event/process-flags.ts";
import type { ProtobufCursor } from "../../core/event/protobuf-cursor.ts";
import { ProtobufWriter } from "../../core/event/protobuf-writer.ts";
import { readExecId } from "../../core/observe/exec-id.ts";
import { rangeField, readFields, takeText, tryMessage } from "./read-fields.ts";

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

/** **Cost**: about the size of the dump again in memory; some microseconds for each process. */
export async function readKnownProcesses(dump: Uint8Array): Promise<KnownProcesses | undefined> {
  const dumped = tryMessage(dump, readDump);
  if (dumped === undefined) return undefined;
  const { found, droppedCount } = dumped;
  const node = found.reduce((known, { execId }) => known || nodeOf(execId), "");
  const processes: KnownProcess[] = [];
  for (const process of found) {
    processes.push({ execId: process.execId, message: encodeExec(dump, process, node) });
    if (processes.length % turnCount === 0) await setImmediate();
  }
  const serverIds = found.filter(isServer).map(({ execId }) => execId);
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
function readDump(cursor: ProtobufCursor, end: number): Dump {
  const found: DumpedProcess[] = [];
  let droppedCount = 0;
  const takeProcess = (tag: number): boolean => {
    if (tag !== rangeField(1)) return false;
    const process = readProcess(cursor, cursor.readRangeEnd());
    if (process.execId === "") return true;
    if (found.length < processCountMax) found.push(process);
    else droppedCount += 1;
    return true;
  };
  const takeInternal = (tag: number): boolean => {
    if (tag !== rangeField(1)) return false;
    readFields(cursor, cursor.readRangeEnd(), takeProcess);
    return true;
  };
  readFields(cursor, end, (tag) => {
    if (tag !== rangeField(3)) return false;
    readFields(cursor, cursor.readRangeEnd(), takeInternal);
    return true;
  });
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
 */
function encodeExec(dump: Uint8Array, process: DumpedProcess, node: string): Uint8Array {
  const { start, end, flags, startTime } = process;
  const known = dump.subarray(start, end);
  const body = hasFlag(flags, "procFS") ? known : withFlags(known, `${flags} procFS`.trimStart());
  const exec = new ProtobufWriter().part(1, body).finish();
  const response = new ProtobufWriter().part(1, exec);
  if (node !== "") response.text(1000, node);
  if (startTime !== undefined) response.part(1001, startTime);
  return response.finish();
}

function withFlags(process: Uint8Array, flags: string): Uint8Array {
  const field = new ProtobufWriter().text(7, flags).finish();
  const body = new Uint8Array(process.length + field.length);
  body.set(process);
  body.set(field, process.length);
  return body;
}

/** Id of the process that an exec event tells of; "" for other events and what is no message. */
export function startedId(message: Uint8Array): string {
  return tryMessage(message, readStarted) ?? "";
}

function readStarted(cursor: ProtobufCursor, end: number): string {
  let id = "";
  const takeId = (tag: number): boolean => {
    if (tag !== rangeField(1)) return false;
    id = takeText(cursor, textLengthMax);
    return true;
  };
  const takeProcess = (tag: number): boolean => {
    if (tag !== rangeField(1)) return false;
    readFields(cursor, cursor.readRangeEnd(), takeId);
    return true;
  };
  readFields(cursor, end, (tag) => {
    if (tag !== rangeField(1)) return false;
    readFields(cursor, cursor.readRangeEnd(), takeProcess);
    return true;
  });
  return id;
}

/** Node that an event says it is from; "" where it does not. */
export function nodeNameOf(message: Uint8Array): string {
  return tryMessage(message, readNodeName) ?? "";
}

function readNodeName(cursor: ProtobufCursor, end: number): string {
  let node = "";
  readFields(cursor, end, (tag) => {
    if (tag !== rangeField(1000)) return false;
    node = takeText(cursor, textLengthMax);
    return true;
  });
  return node;
}
