/**
 * Holds the time that a document says it was made at.
 * In: `--now`, the environment. Out: an ISO time, or none. Must never read a clock or the zone of
 * the machine: the same words give the same document.
 */
import { readTime } from "../../operations/time-range.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

/** `--now`, else SOURCE_DATE_EPOCH (reproducible-builds.org), else nothing: output is the same. */
export function readNow(
  given: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const epoch = environment["SOURCE_DATE_EPOCH"] ?? "";
  const seconds = /^\d{1,11}$/.test(epoch) ? Number(epoch) : undefined;
  if (given === undefined) {
    return seconds === undefined ? undefined : new Date(seconds * 1000).toISOString();
  }
  const us = readTime(given);
  if (us === undefined) {
    throw new WaggleError("usage", "--now takes an ISO time such as 2026-03-01T12:00:00Z.");
  }
  return new Date(us / 1000).toISOString();
}
