/**
 * Holds when a route is quiet.
 * In: quiet hours of a place, a time. Out: how long they still last.
 */
import type { TimeUs } from "../../core/event/event.ts";
import type { NotifyRoute } from "./route-schema.ts";

export type QuietHours = NonNullable<NotifyRoute["quietHours"]>;

const minuteMs = 60_000;
const dayMinutes = 24 * 60;

/**
 * **Unit**: milliseconds until they end by the clock on the wall; 0 when they are not. Where the
 * clock is put forward or back in between, ask again then. `from` equal to `to` is never quiet.
 */
export function quietForMs(hours: QuietHours | undefined, nowUs: TimeUs): number {
  if (hours === undefined) return 0;
  const from = minutesOf(hours.from);
  const to = minutesOf(hours.to);
  const now = localMinutes(nowUs, hours.timezone ?? "UTC");
  const lengthMinutes = (to - from + dayMinutes) % dayMinutes;
  const sinceMinutes = (now - from + dayMinutes) % dayMinutes;
  if (sinceMinutes >= lengthMinutes) return 0;
  const intoMinuteMs = Math.floor(nowUs / 1000) % minuteMs;
  return (lengthMinutes - sinceMinutes) * minuteMs - intoMinuteMs;
}

function minutesOf(clock: string): number {
  const [hours = "0", minutes = "0"] = clock.split(":");
  return Number(hours) * 60 + Number(minutes);
}

function localMinutes(nowUs: TimeUs, timeZone: string): number {
  const format = new Intl.DateTimeFormat("en-GB", {
    ...{ timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  });
  return minutesOf(format.format(new Date(Math.floor(nowUs / 1000))));
}
