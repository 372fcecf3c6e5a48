/**
 * Holds the one way a time of an event is written.
 * In: microseconds. Out: ISO 8601 in UTC with microseconds, or null for "no time".
 * Must never read a clock.
 */
import type { TimeUs } from "./event.ts";

/** Beyond this a date cannot be written (ECMA-262: 8.64e15 milliseconds). */
const timeMsMax = 8.64e15;

/** **Unit**: microseconds since 1970 in; null for 0 and for what no calendar holds. */
export function formatTime(timeUs: TimeUs): string | null {
  const timeMs = Math.floor(timeUs / 1000);
  if (!(timeUs > 0) || timeMs > timeMsMax) return null;
  const rest = String(Math.floor(timeUs) - timeMs * 1000).padStart(3, "0");
  return new Date(timeMs).toISOString().replace("Z", `${rest}Z`);
}
