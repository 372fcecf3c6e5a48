/**
 * Holds the handing of a report to sinks.
 * In: targets as they were given, a report. Out: which took it, and why others did not.
 */
import type { Delivery, Sink } from "../../ports/sink.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { OperationContext } from "../operation.ts";

/** What a sink said. */
export interface Delivered {
  /** Without secrets. */
  readonly sink: string;
  /** "" when it took the report. */
  readonly error: string;
}

/** **Order**: as given. **Errors**: throws `usage` for a target that is none. */
export async function openSinks(
  targets: readonly string[],
  { outside }: Pick<OperationContext, "outside">,
): Promise<readonly Sink[]> {
  const sinks: Sink[] = [];
  for (const target of targets) sinks.push(await outside.services.sink(target));
  return sinks;
}

/** A sink that takes none keeps no other from its own. **Errors**: throws defects only. */
export async function deliverReport(
  delivery: Delivery,
  sinks: readonly Sink[],
): Promise<readonly Delivered[]> {
  const done: Delivered[] = [];
  for (const sink of sinks) {
    try {
      await sink.deliver(delivery);
      done.push({ sink: sink.name, error: "" });
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      done.push({ sink: sink.name, error: error.message });
    }
  }
  return done;
}
