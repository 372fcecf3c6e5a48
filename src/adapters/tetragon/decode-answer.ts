/**
 * Holds what a Tetragon server says of itself and of its policies.
 * In: a cursor over an answer. Out: plain data, bounded. Fields that are not known are skipped.
 * Throws `BrokenMessage` and nothing else. **Source**: Tetragon's sensors.proto.
 */
import { BrokenMessage, type ProtobufCursor } from "../../core/event/protobuf-cursor.ts";
import { type LoadedPolicy, policyStates } from "../../ports/tetragon-control.ts";
import {
  numberField,
  rangeField,
  readFields,
  takeNumber,
  takeText,
  textAt,
  within,
} from "./read-fields.ts";

const nameLengthMax = 512;
const errorLengthMax = 4096;
/** More than any server holds; a list that is longer is no answer of Tetragon. */
const policyCountMax = 10_000;
const sensorCountMax = 256;
const featureCountMax = 1000;

export interface AnsweredInfo {
  readonly version: string;
  /** Commit that the server was built from; "" unknown. */
  readonly commit: string;
  readonly features: ReadonlyMap<string, boolean>;
}

/** `GetVersionResponse`. */
export function readVersion(cursor: ProtobufCursor, end: number): string {
  let version = "";
  const takeVersion = textAt(cursor, 1, (text) => {
    version = text;
  });
  readFields(cursor, end, takeVersion);
  return version;
}

/** `GetInfoResponse`. */
export function readInfo(cursor: ProtobufCursor, end: number): AnsweredInfo {
  let version = "";
  let commit = "";
  const features = new Map<string, boolean>();
  readFields(cursor, end, (tag) => {
    if (tag === rangeField(1)) version = takeText(cursor, nameLengthMax);
    else if (tag === rangeField(3)) {
      const [name, isThere] = readProbe(cursor, cursor.readRangeEnd());
      if (name !== "" && features.size < featureCountMax) features.set(name, isThere);
    } else if (tag === rangeField(5)) commit = readCommit(cursor, cursor.readRangeEnd());
    else return false;
    return true;
  });
  return { version, commit, features };
}

function readProbe(cursor: ProtobufCursor, end: number): readonly [string, boolean] {
  let name = "";
  let isThere = false;
  readFields(cursor, end, (tag) => {
    if (tag === rangeField(1)) name = takeText(cursor, nameLengthMax);
    else if (tag === rangeField(2)) {
      readFields(cursor, cursor.readRangeEnd(), (inner) => {
        if (inner !== numberField(1)) return false;
        isThere = takeNumber(cursor) !== 0;
        return true;
      });
    } else return false;
    return true;
  });
  return [name, isThere];
}

function readCommit(cursor: ProtobufCursor, end: number): string {
  let commit = "";
  const takeCommit = textAt(cursor, 2, (text) => {
    commit = text;
  });
  readFields(cursor, end, takeCommit);
  return commit;
}

/** `ListTracingPoliciesResponse`. **Order**: as the server lists them. */
export function readPolicies(cursor: ProtobufCursor, end: number): readonly LoadedPolicy[] {
  const policies: LoadedPolicy[] = [];
  readFields(cursor, end, (tag) => {
    if (tag !== rangeField(1)) return false;
    if (policies.length >= policyCountMax) throw new BrokenMessage("Too many policies.");
    policies.push(readPolicy(cursor, cursor.readRangeEnd()));
    return true;
  });
  return policies;
}

const modes = ["unknown", "enforce", "monitor", "monitor-only"] as const;

function readPolicy(cursor: ProtobufCursor, end: number): LoadedPolicy {
  const texts = { name: "", namespace: "", error: "" };
  const sensors: string[] = [];
  let isEnabled = false;
  let state = 0;
  let mode = 0;
  let kernelMemoryBytes = 0;
  let postedCount = -1;
  readFields(cursor, end, (tag) => {
    if (tag === rangeField(2)) texts.name = takeText(cursor, nameLengthMax);
    else if (tag === rangeField(3)) texts.namespace = takeText(cursor, nameLengthMax);
    else if (tag === rangeField(5)) {
      const sensor = takeText(cursor, nameLengthMax);
      if (sensors.length < sensorCountMax) sensors.push(sensor);
    } else if (tag === numberField(6)) isEnabled = takeNumber(cursor) !== 0;
    else if (tag === rangeField(8)) texts.error = takeText(cursor, errorLengthMax);
    else if (tag === numberField(9)) state = takeNumber(cursor);
    else if (tag === numberField(10)) kernelMemoryBytes = takeNumber(cursor);
    else if (tag === numberField(11)) mode = takeNumber(cursor);
    else if (tag === rangeField(12)) postedCount = readPosted(cursor, cursor.readRangeEnd());
    else return false;
    return true;
  });
  // Servers that do not tell a state yet tell only whether it is enabled.
  const named = state === 0 && isEnabled ? "enabled" : (policyStates[state] ?? "unknown");
  const shared = { sensors, kernelMemoryBytes, postedCount };
  return { ...texts, ...shared, state: named, mode: modes[mode] ?? "unknown" };
}

/** Statistics without a counter of posts count none: zeros are not sent. */
function readPosted(cursor: ProtobufCursor, end: number): number {
  let count = 0;
  const takeCount = (tag: number): boolean => {
    if (tag !== numberField(1)) return false;
    count = takeNumber(cursor);
    return true;
  };
  readFields(cursor, end, within(cursor, 1, takeCount));
  return count;
}
