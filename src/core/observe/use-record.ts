/**
 * Holds what is kept of one way in which a process used one path.
 * In: accesses. Out: one record that counts them and knows the earliest.
 * Must not depend on the order of accesses.
 */
import type { TimeUs } from "../event/event.ts";
import type { PendingAccess } from "./exec-prelude.ts";
import type { FileUseHow, Sensor } from "./fact.ts";

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

/** **Order**: uses by way, as they came. None may be kept: it may be another one after the call. */
export interface UseTaker {
  take(how: FileUseHow, path: string, use: Use): void;
}

export interface Image {
  readonly execId: string;
  readonly binary: string;
}

export type UsesByHow = Record<FileUseHow, Map<string, Use> | undefined>;

export const hows: readonly FileUseHow[] = ["executed", "mapped", "read", "written"];

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

/** **Order**: by way, as they came. */
export function eachUse(uses: UsesByHow, taker: UseTaker): void {
  for (const how of hows) {
    const own = uses[how];
    if (own !== undefined) for (const [path, use] of own) taker.take(how, path, use);
  }
}

/** Without a map until the first use: most processes touch files in one or two ways. */
export function createUses(): UsesByHow {
  return { executed: undefined, mapped: undefined, read: undefined, written: undefined };
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

/** The same path, used the same way once more. */
export function countAgain(use: Use, access: Access): void {
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
