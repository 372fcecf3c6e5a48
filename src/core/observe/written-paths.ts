/**
 * Holds when a path of a container was first written: from then on it is not the image's file.
 * In: writes as they are seen. Out: whether one came before a use.
 * Must stay within its bounds; beyond them a use counts as the image's, which can only show too
 * much use.
 */
import type { TimeUs } from "../event/event.ts";
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

/** Whether the path had been written when it was used. */
export function wasWritten(written: WrittenPaths, use: Writing): boolean {
  const timeUs = written.byContainer.get(use.container)?.get(use.path);
  return timeUs !== undefined && timeUs <= use.timeUs;
}
