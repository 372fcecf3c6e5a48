/**
 * Holds the handing of a report to its sinks.
 * In: a delivery. Out: nothing; a sink that takes none is told, and keeps no other from its own.
 */
import type { Delivery, Sink } from "../../ports/sink.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { Daemon } from "./open-daemon.ts";

export async function deliverReport(
  delivery: Delivery,
  sinks: readonly Sink[],
  { log, health, context }: Pick<Daemon, "log" | "health" | "context">,
): Promise<void> {
  const { clock } = context.outside.services;
  for (const sink of sinks) {
    const part = `sink ${sink.name}`;
    try {
      await sink.deliver(delivery);
      health.note(part, true, "", clock.nowUs());
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      health.count("lost-deliveries");
      health.note(part, false, error.message, clock.nowUs());
      log.error("A report was not delivered; it is in the state.", {
        ...{ sink: sink.name, report: delivery.id, why: error.message },
      });
    }
  }
}
