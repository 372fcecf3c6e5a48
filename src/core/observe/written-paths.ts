/**
 * Holds when a path of a container was first written: from then on it is not the image's file.
 * In: writes as they are seen. Out: whether one came before a use.
 * Must stay within its bounds; beyond them a use counts as the image's, which can only show too
 * much use.
 */
import type { TimeUs } from "../event/event.ts";
import { chooseUnused, isNear } from "./choose-unused.ts";
import type { ContainerKey } from "./fact.ts";

const pathCountMax = 8192;
const totalCountMax = 200_000;

export interface WrittenPaths {
  readonly byContainer: Map<ContainerKey, Map<string, TimeUs>>;
  count: number;
  /** Writings of paths that were left out. */
  lostCount: number;
}

export function createWrittenPaths(): WrittenPaths {
  return { byContainer: new Map(), count: 0, lostCount: 0 };
}

export interface Writing {
  readonly container: ContainerKey;
  readonly path: string;
  readonly timeUs: TimeUs;
}

/** Keeps the earliest time of a path; beyond the bounds only counts. */
export function noteWriting(written: WrittenPaths, writing: Writing): void {
  const { container, path, timeUs } = writing;
  let times = written.byContainer.get(container);
  if (times === undefined) {
    times = new Map();
    written.byContainer.set(container, times);
  }
  const known = times.get(path);
  if (known !== undefined) {
    if (timeUs < known) times.set(path, timeUs);
  } else if (times.size < pathCountMax && written.count < totalCountMax) {
    times.set(path, timeUs);
    written.count++;
  } else {
    written.lostCount++;
  }
}

/** Whether the path had been written when it was used; `times`: of its container. */
export function wasWritten(
  times: ReadonlyMap<string, TimeUs> | undefined,
  path: string,
  timeUs: TimeUs,
): boolean {
  const writtenUs = times?.get(path);
  return writtenUs !== undefined && writtenUs <= timeUs;
}

/** Of containers that nothing more is awaited of. */
export function forgetWritings(
  written: WrittenPaths,
  isAsked: (container: ContainerKey) => boolean,
): void {
  for (const [container, times] of written.byContainer) {
    if (!isAsked(container)) continue;
    written.byContainer.delete(container);
    written.count -= times.size;
  }
}

/**
 * Where a bound is near, forgets what was written longest ago: who writes for months must not keep
 * what is new from being known. Each counts as left out.
 */
export function forgetOldWritings(written: WrittenPaths): void {
  for (const [container, times] of written.byContainer) {
    if (isNear(times.size, pathCountMax)) forgetOldest(written, [[container, times]], pathCountMax);
  }
  if (isNear(written.count, totalCountMax)) {
    forgetOldest(written, [...written.byContainer], totalCountMax);
  }
}

function forgetOldest(
  written: WrittenPaths,
  among: readonly (readonly [ContainerKey, Map<string, TimeUs>])[],
  countMax: number,
): void {
  const all = among.flatMap(([container, times]) =>
    Array.from(times, ([path, timeUs]) => ({ container, times, path, timeUs })),
  );
  for (const { container, times, path } of chooseUnused(all, countMax, ({ timeUs }) => timeUs)) {
    times.delete(path);
    if (times.size === 0) written.byContainer.delete(container);
    written.count -= 1;
    written.lostCount += 1;
  }
}
