/**
 * Holds the time of day as a person reads it in a story; the day is said once, beside.
 * In: microseconds. Out: `14:47:54` in UTC, `--:--:--` for no time.
 */
import type { TimeUs } from "../../event/event.ts";
import { formatTime } from "../../event/format-time.ts";

export function clockOf(timeUs: TimeUs): string {
  return (formatTime(timeUs) ?? "").slice(11, 19) || "--:--:--";
}
