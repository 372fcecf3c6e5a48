/**
 * Holds what one living process did with files, until its class is final.
 * In: accesses, one at a time. Out: one record for each path and way of use.
 * Must stay within its bounds for every process and in total, and count what it leaves out.
 */
import type { TimeUs } from "../event/event.ts";
import { compareTime, type PendingAccess } from "./exec-prelude.ts";
import type { FileUseHow, Sensor } from "./fact.ts";

/** **Unit**: distinct paths of one process; `total` over all living processes. */
export const useCountMax = { code: 4096, read: 8192, written: 1024, total: 250_000 } as const;
const pendingCountMax = 12;

export interface Use {
  count: number;
  firstUs: TimeUs;
  lastUs: TimeUs;
  /** Bits of `sensorNames`. */
  sensors: number;
  /** The earliest event: where its proof is. */
  sensor: Sensor;
  policy: string;
  input: number;
  offset: number;
  /** The image that the event names, when it is another than the one that gets the credit. */
  by: Image | undefined;
  /** Since which look it says what it says: `UseTotals`. Never dumped. */
  look: number;
}

export interface Image {
  readonly execId: string;
  readonly binary: string;
}

export type UsesByHow = Record<FileUseHow, Map<string, Use> | undefined>;

export interface ProcessUses {
  readonly execId: string;
  container: string;
  node: string;
  binary: string;
  /** Time of its exec; 0 when that was not seen. */
  execUs: TimeUs;
  /** Its earliest event, or its exec. */
  firstUs: TimeUs;
  firstInput: number;
  firstOffset: number;
  lastUs: TimeUs;
  readonly uses: UsesByHow;
  /** In a copy that tells only what is new: all that it is a part of, which must not change. */
  readonly all: UsesByHow | undefined;
  /** Latest accesses that may be the next program's. */
  pending: PendingAccess[];
  lostCount: number;
  lostWriteCount: number;
}

export const sensorNames: readonly Sensor[] = [
  "exec",
  "loader",
  "open",
  "mmap",
  "write",
  "dump",
  "other",
];

const sensorBits = new Map(sensorNames.map((sensor, bit) => [sensor, 1 << bit]));

function bitOf(sensor: Sensor): number {
  return sensorBits.get(sensor) ?? 0;
}

/** Without a map until the first use: most processes touch files in one or two ways. */
export function createProcessUses(execId: string, container: string, node: string): ProcessUses {
  return {
    execId,
    container,
    node,
    binary: "",
    execUs: 0,
    firstUs: 0,
    firstInput: 0,
    firstOffset: 0,
    lastUs: 0,
    uses: { executed: undefined, mapped: undefined, read: undefined, written: undefined },
    all: undefined,
    pending: [],
    lostCount: 0,
    lostWriteCount: 0,
  };
}

/** Counts over all processes. */
export interface UseTotals {
  useCount: number;
  /** Looks that were taken: what has the number of the last one is new. */
  look: number;
}

export type Access = Omit<PendingAccess, "timed">;

/** Of one access; `look`: the number of the look that will tell it. */
export function createUse(access: Access, look: number): Use {
  return {
    count: 1,
    firstUs: access.timeUs,
    lastUs: access.timeUs,
    sensors: bitOf(access.sensor),
    sensor: access.sensor,
    policy: access.policy,
    input: access.input,
    offset: access.offset,
    by: undefined,
    look,
  };
}

/** Adds one access. **Cost**: one lookup; nothing is allocated for a path seen before. */
export function addUse(process: ProcessUses, totals: UseTotals, access: Access): Use | undefined {
  let byPath = process.uses[access.how];
  if (byPath === undefined) {
    byPath = new Map();
    process.uses[access.how] = byPath;
  }
  const known = byPath.get(access.path) ?? adopt(process, byPath, access);
  if (known !== undefined) {
    known.look = totals.look;
    addAgain(known, access);
    return known;
  }
  const limit = access.how === "read" || access.how === "written" ? access.how : "code";
  if (byPath.size >= useCountMax[limit] || totals.useCount >= useCountMax.total) {
    if (access.how === "written") process.lostWriteCount++;
    else process.lostCount++;
    return undefined;
  }
  const use = createUse(access, totals.look);
  byPath.set(access.path, use);
  totals.useCount++;
  return use;
}

/** What was no news becomes a part of a copy when it changes there. */
function adopt(
  { all }: ProcessUses,
  byPath: Map<string, Use>,
  { how, path }: Access,
): Use | undefined {
  const known = all?.[how]?.get(path);
  if (known === undefined) return undefined;
  const copy = { ...known };
  byPath.set(path, copy);
  return copy;
}

function addAgain(use: Use, access: Access): void {
  const { timeUs, input, offset } = access;
  use.sensors |= bitOf(access.sensor);
  const isEarlier =
    timeUs < use.firstUs ||
    (timeUs === use.firstUs && (input < use.input || (input === use.input && offset < use.offset)));
  // The same moment twice is the same event seen twice.
  if (timeUs !== use.firstUs && timeUs !== use.lastUs) use.count++;
  if (timeUs > use.lastUs) use.lastUs = timeUs;
  if (!isEarlier) return;
  use.firstUs = timeUs;
  use.sensor = access.sensor;
  use.policy = access.policy;
  use.input = input;
  use.offset = offset;
}

/** Holds an access back; the earliest ones held become the process's own, whatever comes. */
export function addPending(process: ProcessUses, totals: UseTotals, access: PendingAccess): void {
  const { pending } = process;
  if (pending.some((one) => isSame(one, access))) return;
  let at = pending.length;
  while (at > 0) {
    const before = pending[at - 1];
    if (before === undefined || compareTime(before, access) <= 0) break;
    at--;
  }
  pending.splice(at, 0, access);
  if (pending.length > pendingCountMax) {
    const oldest = pending.shift();
    if (oldest !== undefined) addUse(process, totals, oldest);
  }
}

/** The same event seen twice. */
function isSame(a: PendingAccess, b: PendingAccess): boolean {
  return a.timeUs === b.timeUs && a.path === b.path && a.how === b.how && a.sensor === b.sensor;
}
