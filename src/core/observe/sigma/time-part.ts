/**
 * Holds what modifiers of time take of a time: the hour, the week.
 * In: microseconds since 1970. Out: a number, in UTC.
 * Must never know a time zone: the specification leaves them out.
 */
import type { TimeUs } from "../../event/event.ts";
import type { TimePart } from "./read-modifiers.ts";

const dayMs = 86_400_000;

/** **Source**: Sigma specification 2.1, time modifiers; weeks as ISO 8601 counts them. */
export function timePart(timeUs: TimeUs, part: TimePart): number {
  const date = new Date(Math.floor(timeUs / 1000));
  switch (part) {
    case "minute":
      return date.getUTCMinutes();
    case "hour":
      return date.getUTCHours();
    case "day":
      return date.getUTCDate();
    case "month":
      return date.getUTCMonth() + 1;
    case "year":
      return date.getUTCFullYear();
    case "week":
      return weekOf(date);
  }
}

/** The week belongs to the year in which its Thursday is. */
function weekOf(date: Date): number {
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  const thursday = day + (4 - (date.getUTCDay() || 7)) * dayMs;
  const newYear = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1);
  return 1 + Math.floor((thursday - newYear) / (7 * dayMs));
}
