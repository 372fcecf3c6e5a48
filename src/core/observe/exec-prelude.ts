/**
 * Holds which file events of an old program belong to the one that replaced it: the kernel opens
 * and maps the new program, its interpreter and the dynamic linker before the exec is reported.
 * In: the last such accesses of the old image, and the new program. Out: those that move.
 * Must never move the old program's own libraries, least of all those of a container runtime.
 */

import type { TimeUs } from "../event/event.ts";
import { baseName } from "../inventory/container-path.ts";
import type { FileUseHow, Sensor } from "./fact.ts";
import { imagePath, isDynamicLinker, isLibrary } from "./file-path.ts";

/** An access that may turn out to be the next program's. */
export interface PendingAccess {
  readonly path: string;
  readonly how: FileUseHow;
  readonly sensor: Sensor;
  readonly policy: string;
  readonly timeUs: TimeUs;
  /** False for events without a time: what they say holds at any time. */
  readonly timed: boolean;
  readonly input: number;
  readonly offset: number;
}

/** None may be kept: it may be another one after the call. */
export interface PendingTaker {
  takePending(access: PendingAccess): void;
}

/** To be filled again and again, where nobody keeps it. */
export function emptyAccess(): { -readonly [Key in keyof PendingAccess]: PendingAccess[Key] } {
  const [how, sensor] = ["read", "other"] as const;
  return { path: "", how, sensor, policy: "", timeUs: 0, timed: true, input: 0, offset: 0 };
}

export interface Prelude {
  readonly moved: readonly PendingAccess[];
  /** The file that was really executed, links resolved; undefined when it cannot be told. */
  readonly program: PendingAccess | undefined;
}

/** From the first open to the report of the exec; emulated machines take a quarter of a second. */
const preludeUsMax = 10_000_000;
/** Times of neighbouring events differ by some ten milliseconds in either direction. */
const leewayUs = 1_000_000;

/** Whether an access can be part of an exec: programs and dynamic linkers, no other library. */
export function mayPrecedeExec(path: string, how: FileUseHow, executable: boolean): boolean {
  if (how === "written" || (how === "read" && !executable)) return false;
  return !isLibrary(path) || isDynamicLinker(path);
}

/**
 * **Shape**: nothing moves when the program that was started cannot be told. `fork`: the old
 * image had no exec of its own, so that all it opened last is of the start.
 */
export function findPrelude(
  pending: readonly PendingAccess[],
  next: { readonly binary: string; readonly execUs: TimeUs },
  fork: boolean,
): Prelude {
  const near = pending.filter(
    (one) =>
      !one.timed ||
      (one.timeUs <= next.execUs + leewayUs && one.timeUs >= next.execUs - preludeUsMax),
  );
  const called = imagePath(next.binary);
  const isCalled = (path: string) => path === called || baseName(path) === baseName(called);
  const program = findMapped(near) ?? findOpened(near, isCalled, fork);
  if (program === undefined) return { moved: [], program: undefined };
  const moved = near.filter(
    ({ path }) => path === program.path || isDynamicLinker(path) || isCalled(path),
  );
  return { moved, program };
}

/** The kernel maps nothing for a program but itself and its dynamic linker before the exec. */
function findMapped(near: readonly PendingAccess[]): PendingAccess | undefined {
  return latest(near.filter(({ how, path }) => how !== "read" && !isDynamicLinker(path)));
}

/** Without events of mappings: the last program opened, when the rest of the picture fits. */
function findOpened(
  near: readonly PendingAccess[],
  isCalled: (path: string) => boolean,
  fork: boolean,
): PendingAccess | undefined {
  const last = latest(near.filter(({ path }) => !isDynamicLinker(path)));
  if (last === undefined) return undefined;
  const linked = near.some((one) => isDynamicLinker(one.path) && compareTime(one, last) > 0);
  return fork || linked || isCalled(last.path) ? last : undefined;
}

function latest(accesses: readonly PendingAccess[]): PendingAccess | undefined {
  return accesses.reduce<PendingAccess | undefined>(
    (last, one) => (last === undefined || compareTime(one, last) > 0 ? one : last),
    undefined,
  );
}

/** **Order**: by time, then place; what has no time comes first. */
export function compareTime(a: PendingAccess, b: PendingAccess): number {
  return (
    Number(a.timed) - Number(b.timed) ||
    a.timeUs - b.timeUs ||
    a.input - b.input ||
    a.offset - b.offset
  );
}
