/**
 * Holds the inputs of questions about events of the past: a recording, or the archive of a daemon.
 * In: a parsed input, the settings. Out: what to read. Must never open a file.
 */
import * as z from "zod";
import type { Settings } from "../operation.ts";
import { eventFields } from "../sources.ts";
import { readTimeBound, type TimeBound } from "../time-range.ts";
import type { PastRequest } from "./read-past.ts";

export const rulesField = {
  rules: z
    .array(z.string().min(1))
    .max(100)
    .optional()
    .describe("Directories or files of more rules: Sigma, or sequences; may be repeated"),
};

export const pastFields = {
  state: z
    .string()
    .min(1)
    .optional()
    .describe("State directory of a `waggle run`: reads its archive of raw events"),
  ...eventFields,
  ...rulesField,
};

export interface PastInput {
  readonly state?: string | undefined;
  readonly events?: readonly string[] | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** The command line before the configuration. */
export function resolvePast(
  { state, events, since, until }: PastInput,
  { config }: Settings,
): Omit<PastRequest, "onEvent"> {
  const fromEvents = events !== undefined;
  const bound = (text: string | undefined, what: string): TimeBound | undefined =>
    text === undefined ? undefined : readTimeBound(text, what);
  const chosen = state ?? (fromEvents ? undefined : config.state) ?? "";
  return {
    state: chosen,
    events: events ?? (chosen === "" ? (config.events ?? []) : []),
    since: bound(since, "since"),
    until: bound(until, "until"),
  };
}
