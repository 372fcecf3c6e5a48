/**
 * Holds the inputs of questions about processes of the past: events, or the state of a daemon with
 * its archive of raw events.
 * In: a parsed input, the settings. Out: sources, with what the daemon gathered. Must never read
 * them.
 */
import * as z from "zod";
import type { OperationContext } from "./operation.ts";
import { eventFields, identityFields, resolveSources, type Sources } from "./sources.ts";
import { addStateSources } from "./state-sources.ts";
import { readTimeBound } from "./time-range.ts";

export const pastSourceFields = {
  state: z
    .string()
    .min(1)
    .optional()
    .describe(
      "State directory of a `waggle run`: containers from what it saw, processes from its " +
        "archive of raw events",
    ),
  ...eventFields,
  ...identityFields,
};

const pastSourceSchema = z.strictObject(pastSourceFields);
type PastSourceInput = z.infer<typeof pastSourceSchema>;

/** A state is asked for a window here: its raw events have times, which its facts have not. */
export async function resolvePastSources(
  given: PastSourceInput,
  context: OperationContext,
): Promise<Sources> {
  const { since, until, ...rest } = given;
  const state = given.state ?? (given.events === undefined ? context.settings.config.state : "");
  if (state === undefined || state === "") return resolveSources(given, context.settings);
  const sources = await addStateSources(resolveSources(rest, context.settings), context);
  return {
    ...sources,
    since: since === undefined ? undefined : readTimeBound(since, "since"),
    until: until === undefined ? undefined : readTimeBound(until, "until"),
  };
}
