/**
 * Holds when a policy that a server could not load is tried again.
 * In: how often that was tried, and when last. Out: a time, or that it is not tried any more.
 * Must never try without end: what a kernel lacks it will lack tomorrow.
 */
import type { TimeUs } from "../event/event.ts";

/** Attempts to load one policy at one server that failed, one after the other. */
export interface LoadTries {
  readonly count: number;
  readonly lastUs: TimeUs;
}

/** **Unit**: microseconds; it doubles with each attempt. */
const firstWaitUs = 5 * 60_000_000;
const longestWaitUs = 6 * 3_600_000_000;
/** The last of them is tried some 17 hours after the first. */
const triesMax = 10;

/**
 * 0: at once, for nobody knows of an attempt. undefined: never; a policy that says something else
 * has another name, and a server that starts anew is asked again.
 */
export function nextTryUs(tries: LoadTries | undefined): TimeUs | undefined {
  if (tries === undefined || tries.count <= 0) return 0;
  if (tries.count >= triesMax) return undefined;
  return tries.lastUs + Math.min(longestWaitUs, firstWaitUs * 2 ** (tries.count - 1));
}
