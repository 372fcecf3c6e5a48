/**
 * Holds how a whole record becomes an `Event`: the one place that knows the types of the wire.
 * In: an object with wire names from any decoder. Out: the event; every readable record gives one.
 * Must never throw, and never read what no event carries.
 */
import { cutText, listLengthMax, textLengthMax } from "./bounds.ts";
import type { Argument, Event, EventBase, HookEvent, Process, ProcessEventBase } from "./event.ts";
import type { Doubts } from "./event-decoder.ts";
import { hexFromBase64, hexFromBytes } from "./event-text.ts";
import { mapArgument } from "./map-argument.ts";
import { KnownProcess, mapProcess } from "./map-process.ts";
import { actionNames, throttleNames } from "./wire-names.ts";
import {
  integerAt,
  isWireObject,
  KnownPart,
  listAt,
  partAt,
  readInteger,
  readName,
  readText,
  textAt,
  timeAt,
  type WireObject,
} from "./wire-value.ts";

type MapBody = (body: WireObject, doubts: Doubts) => Event;
const { path: pathMax, name: nameMax, message: messageMax } = textLengthMax;

/** **Order**: of several events in one record the first in this table counts, wherever it is. */
const bodies = new Map<string, MapBody>([
  ["process_exec", mapExec],
  ["process_exit", mapExit],
  ["process_kprobe", mapKprobe],
  ["process_tracepoint", mapTracepoint],
  ["process_loader", mapLoader],
  ["process_uprobe", mapUprobe],
  ["process_lsm", mapLsm],
  ["process_usdt", mapUsdt],
  ["process_throttle", mapThrottle],
  ["rate_limit_info", mapRateLimit],
]);

export const eventNames: readonly string[] = [...bodies.keys()];

const frameNames = new Set([
  "node_name",
  "time",
  "cluster_name",
  "node_labels",
  "aggregation_info",
]);

export interface RecordPlace {
  readonly input: number;
  readonly offset: number;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What all events have, of the record at hand: events copy it. */
const base: Writable<EventBase> = { timeUs: 0, node: "", cluster: "", input: 0, offset: 0 };
/** The same with the processes of the event at hand. */
const whose: Writable<ProcessEventBase> = {
  ...base,
  process: undefined,
  parent: undefined,
  tid: -1,
};

/** Maps any record. **Cost**: looks at each of its keys once. */
export function mapEvent(record: WireObject, place: RecordPlace, doubts: Doubts): Event {
  return mapNamedEvent(record, findEventName(record, doubts), place, doubts);
}

/** Maps a record of which the caller knows that `name` is its only event; "" for none. */
export function mapNamedEvent(
  record: WireObject,
  name: string,
  place: RecordPlace,
  doubts: Doubts,
): Event {
  const body = record[name];
  base.timeUs = timeAt(record, "time", doubts);
  base.node = textAt(record, "node_name", nameMax, doubts);
  base.cluster = textAt(record, "cluster_name", nameMax, doubts);
  base.input = place.input;
  base.offset = place.offset;
  const map = bodies.get(name);
  if (map !== undefined && isWireObject(body)) return map(body, doubts);
  if (map !== undefined) doubts.note("field-wrong-type", name);
  return { ...base, type: "unknown", name: cutText(name, nameMax) };
}

function findEventName(record: WireObject, doubts: Doubts): string {
  let found = "";
  let count = 0;
  for (const key in record) {
    const value = record[key];
    if (frameNames.has(key) || value === undefined || value === null) continue;
    count += 1;
    found = key;
  }
  if (count < 2) return found;
  doubts.note("record-ambiguous", "event");
  const present = (key: string) => record[key] !== undefined && record[key] !== null;
  const unknown = Object.keys(record).filter((key) => present(key) && !frameNames.has(key));
  return eventNames.find(present) ?? unknown.sort()[0] ?? "";
}

function processAt(body: WireObject, field: string, doubts: Doubts): KnownProcess | undefined {
  const known = readProcess(body[field], field, doubts);
  doubts.add(known?.problem);
  return known;
}

function readProcess(value: unknown, field: string, doubts: Doubts): KnownProcess | undefined {
  if (value instanceof KnownProcess) return value;
  if (isWireObject(value)) return mapProcess(value);
  if (value !== undefined && value !== null) doubts.note("field-wrong-type", field);
  return undefined;
}

function mapProcesses(body: WireObject, doubts: Doubts): ProcessEventBase {
  const process = processAt(body, "process", doubts);
  const parent = processAt(body, "parent", doubts);
  whose.timeUs = base.timeUs;
  whose.node = base.node;
  whose.cluster = base.cluster;
  whose.input = base.input;
  whose.offset = base.offset;
  whose.process = process?.process;
  whose.parent = parent?.process;
  whose.tid = process === undefined ? -1 : process.tid;
  return whose;
}

function mapExec(body: WireObject, doubts: Doubts): Event {
  const processes = mapProcesses(body, doubts);
  const ancestors: Process[] = [];
  for (const value of listAt(body, "ancestors", listLengthMax.ancestors, doubts)) {
    const known = readProcess(value, "ancestors", doubts);
    doubts.add(known?.problem);
    if (known !== undefined) ancestors.push(known.process);
  }
  return { ...processes, type: "exec", ancestors };
}

/** Exits carry two slightly different times: the record's own is the one that all events have. */
function mapExit(body: WireObject, doubts: Doubts): Event {
  const processes = mapProcesses(body, doubts);
  return {
    ...processes,
    type: "exit",
    timeUs: base.timeUs === 0 ? timeAt(body, "time", doubts) : base.timeUs,
    status: integerAt(body, "status", 0, doubts),
    signal: textAt(body, "signal", nameMax, doubts),
  };
}

function mapLoader(body: WireObject, doubts: Doubts): Event {
  const processes = mapProcesses(body, doubts);
  const path = textAt(body, "path", pathMax, doubts);
  return { ...processes, type: "loader", path, buildId: readBuildId(body["buildid"], doubts) };
}

/** A build id has 20 bytes, or 16; what is much longer is none. */
const buildIdSizeBytesMax = 256;

function readBuildId(value: unknown, doubts: Doubts): string {
  if (value instanceof Uint8Array && value.length <= buildIdSizeBytesMax) {
    return readBuildBytes(value);
  }
  const text = readText(value, "buildid", (buildIdSizeBytesMax / 3) * 4 + 4, doubts);
  const known = knownBuildIds.get(text);
  if (known !== undefined) return known;
  const hex = hexFromBase64(text);
  if (hex === undefined) {
    doubts.note("field-wrong-type", "buildid");
    return "";
  }
  if (knownBuildIds.size >= knownBuildIdCountMax) knownBuildIds.clear();
  knownBuildIds.set(text, hex);
  return hex;
}

/** By a hash of the bytes; what came last with that hash counts. */
const hexOfBuilds = new Map<number, { readonly bytes: Uint8Array; readonly hex: string }>();

function readBuildBytes(bytes: Uint8Array): string {
  let hash = bytes.length;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  const known = hexOfBuilds.get(hash);
  if (known !== undefined && isEqual(known.bytes, bytes)) return known.hex;
  if (hexOfBuilds.size >= knownBuildIdCountMax) hexOfBuilds.clear();
  const hex = hexFromBytes(bytes);
  // A copy, whatever view they are: `slice` of a buffer of Node keeps all that was read with it.
  hexOfBuilds.set(hash, { bytes: new Uint8Array(bytes), hex });
  return hex;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The same few libraries are mapped again and again: one text for each, made once. */
const knownBuildIds = new Map<string, string>();
const knownBuildIdCountMax = 4096;

function mapKprobe(body: WireObject, doubts: Doubts): Event {
  const hook = textAt(body, "function_name", nameMax, doubts);
  return mapHook({ type: "kprobe", hook, object: "" }, body, doubts);
}

function mapLsm(body: WireObject, doubts: Doubts): Event {
  const hook = textAt(body, "function_name", nameMax, doubts);
  return mapHook({ type: "lsm", hook, object: "" }, body, doubts);
}

function mapTracepoint(body: WireObject, doubts: Doubts): Event {
  const subsystem = textAt(body, "subsys", nameMax, doubts);
  const hook = `${subsystem}/${textAt(body, "event", nameMax, doubts)}`;
  return mapHook({ type: "tracepoint", hook, object: "" }, body, doubts);
}

function mapUprobe(body: WireObject, doubts: Doubts): Event {
  const hook = textAt(body, "symbol", nameMax, doubts);
  const object = textAt(body, "path", pathMax, doubts);
  return mapHook({ type: "uprobe", hook, object }, body, doubts);
}

function mapUsdt(body: WireObject, doubts: Doubts): Event {
  const provider = textAt(body, "provider", nameMax, doubts);
  const hook = `${provider}/${textAt(body, "name", nameMax, doubts)}`;
  const object = textAt(body, "path", pathMax, doubts);
  return mapHook({ type: "usdt", hook, object }, body, doubts);
}

type HookName = Pick<HookEvent, "type" | "hook" | "object">;
type HookCall = Pick<
  HookEvent,
  "policy" | "arguments" | "returned" | "action" | "message" | "tags"
>;

/** Where a decoder puts the fields of `hookCallNames` that it had mapped before. */
export const knownCall = "known call";
/** Of a hook's event: what it was called with, and what came of it. */
export const hookCallNames: ReadonlySet<string> = new Set([
  ...["args", "return", "action", "policy_name", "message", "tags", "return_action"],
]);

function mapHook({ type, hook, object }: HookName, body: WireObject, doubts: Doubts): HookEvent {
  const processes = mapProcesses(body, doubts);
  const known = body[knownCall];
  const call =
    known instanceof KnownPart ? partAt(body, knownCall, mapHookCall, doubts) : undefined;
  const {
    policy,
    arguments: list,
    returned,
    action,
    message,
    tags,
  } = call ?? mapHookCall(body, doubts);
  return {
    timeUs: processes.timeUs,
    node: processes.node,
    cluster: processes.cluster,
    input: processes.input,
    offset: processes.offset,
    process: processes.process,
    parent: processes.parent,
    tid: processes.tid,
    type,
    hook,
    object,
    policy,
    arguments: list,
    returned,
    action,
    message,
    tags,
  };
}

/**
 * What an event says of a call and its result. **Shape**: arguments beyond the bound are left
 * out.
 */
export function mapHookCall(body: WireObject, doubts: Doubts): HookCall {
  const list: Argument[] = [];
  for (const value of listAt(body, "args", listLengthMax.arguments, doubts)) {
    list.push(mapArgument(value, doubts));
  }
  const returned = body["return"];
  return {
    arguments: list,
    policy: textAt(body, "policy_name", nameMax, doubts),
    returned:
      returned === undefined || returned === null ? undefined : mapArgument(returned, doubts),
    action: readName(body["action"], "action", actionNames, doubts),
    message: textAt(body, "message", messageMax, doubts),
    tags: listAt(body, "tags", listLengthMax.tags, doubts).map((tag) =>
      readText(tag, "tags", nameMax, doubts),
    ),
  };
}

function mapThrottle(body: WireObject, doubts: Doubts): Event {
  const name = readName(body["type"], "type", throttleNames, doubts);
  const cgroup = textAt(body, "cgroup", nameMax, doubts);
  return { ...base, type: "throttle", started: name === "THROTTLE_START", cgroup };
}

function mapRateLimit(body: WireObject, doubts: Doubts): Event {
  const field = "number_of_dropped_process_events";
  const droppedCount = readInteger(body[field], field, 0, doubts);
  return { ...base, type: "rate-limit", droppedCount };
}
