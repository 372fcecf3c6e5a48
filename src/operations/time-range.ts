/**
 * Holds how people write times: `--since`, `--until`, `minimum-window`.
 * In: an ISO 8601 time, or a duration such as `90s`, `10m`, `1h30m`, `2d`. Out: microseconds.
 * Must never read a clock: a duration counts back from the end of the input.
 */
import { WaggleError } from "../ports/waggle-error.ts";

/** A point in time: fixed, or counted back from the last event of the input. */
export type TimeBound =
  | { readonly kind: "time"; readonly us: number }
  | { readonly kind: "before-end"; readonly us: number };

const unitsUs = new Map([
  ["ms", 1_000],
  ["s", 1_000_000],
  ["m", 60_000_000],
  ["h", 3_600_000_000],
  ["d", 86_400_000_000],
]);

/** **Unit**: microseconds; undefined when `text` is not a duration. */
export function readDuration(text: string): number | undefined {
  if (!/^(?:\d{1,9}(?:ms|[smhd]))+$/.test(text) || text.length > 40) return undefined;
  let sum = 0;
  for (const [, digits = "0", unit = ""] of text.matchAll(/(\d+)(ms|[smhd])/g)) {
    sum += Number(digits) * (unitsUs.get(unit) ?? 0);
  }
  return Number.isSafeInteger(sum) ? sum : undefined;
}

/**
 * **Unit**: microseconds; undefined when `text` is no ISO time. Without an offset it is UTC. Not
 * left to `Date.parse` alone, which also takes words and the machine's own zone.
 */
export function readTime(text: string): number | undefined {
  const pattern =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?)?$/;
  const [, day = "", clock = "00:00", zone = "Z"] = pattern.exec(text) ?? [];
  const dayMs = Date.parse(`${day}T00:00Z`);
  const ms = Date.parse(`${day}T${clock}${zone}`);
  if (Number.isNaN(dayMs) || Number.isNaN(ms)) return undefined;
  // The 31st of February is read as a day of March.
  return new Date(dayMs).toISOString().startsWith(day) ? ms * 1000 : undefined;
}

/** **Errors**: throws `usage` naming `what`. A time without an offset is UTC. */
export function readTimeBound(text: string, what: string): TimeBound {
  const duration = readDuration(text);
  if (duration !== undefined) return { kind: "before-end", us: duration };
  const us = readTime(text);
  if (us !== undefined) return { kind: "time", us };
  throw new WaggleError(
    "usage",
    `${what} takes an ISO time such as 2026-03-01T12:00:00Z, or a duration before the end of the ` +
      `input such as 30m, 1h30m or 2d; not "${text}".`,
  );
}

/** **Unit**: microseconds since the epoch. `endUs` is the time of the input's last event. */
export function resolveTimeBound(bound: TimeBound, endUs: number): number {
  return bound.kind === "time" ? bound.us : endUs - bound.us;
}
