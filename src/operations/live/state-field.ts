/**
 * Holds what operations over a state directory share: its option, and the time that they go by.
 * In: the input, the context. Out: a field, a time.
 */
import { z } from "zod";
import type { TimeUs } from "../../core/event/event.ts";
import type { OperationContext } from "../operation.ts";
import { readTime } from "../time-range.ts";

export const stateField = z
  .string()
  .min(1)
  .max(4096)
  .describe("State directory of the daemon, as waggle run was given it");

/** As given by the surface, else the clock's: what a person signs has a date. */
export function timeOf({ now, outside }: Pick<OperationContext, "now" | "outside">): TimeUs {
  return readTime(now ?? "") ?? outside.services.clock.nowUs();
}
