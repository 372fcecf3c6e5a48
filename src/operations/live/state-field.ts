/**
 * Holds what operations over a state directory share: its option, its store, and
 * the time that they go by.
 * In: the input, the context. Out: a field, a time.
 */
import * as z from "zod";
import type { TimeUs } from "../../core/event/event.ts";
import type { Store } from "../../ports/store.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { OperationContext } from "../operation.ts";
import { readTime } from "../time-range.ts";

export const stateField = z
  .string()
  .min(1)
  .max(4096)
  .optional()
  .describe("State directory of the daemon, as waggle run was given it, or state of waggle.yaml");

/** **Errors**: throws `usage` where neither the input nor the configuration names one. */
export function stateOf(given: string | undefined, { settings }: OperationContext): string {
  const state = given ?? settings.config.state;
  if (state !== undefined) return state;
  throw new WaggleError("usage", "Which state? Pass --state DIRECTORY, as `waggle run` was given.");
}

/** As given by the surface, else the clock's: what a person signs has a date. */
export function timeOf({ now, outside }: Pick<OperationContext, "now" | "outside">): TimeUs {
  return readTime(now ?? "") ?? outside.services.clock.nowUs();
}

/** The store is closed whatever happens. **Errors**: what opening throws, and `work`. */
export async function withStore<Result>(
  { directory, mode }: { readonly directory: string; readonly mode: "read" | "write" },
  { outside }: Pick<OperationContext, "outside">,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await outside.state.store(directory, mode);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
