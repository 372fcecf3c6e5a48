/**
 * Holds the putting away of what a daemon read, beside the facts: reports from the state tell it.
 * In: the daemon. Out: a setting of the store.
 */
import { recordingSetting } from "../observe-state.ts";
import { summarizeEvents } from "../read-recording.ts";
import type { Daemon } from "./daemon.ts";

/** What was read until now. **Errors**: what the store throws. */
export async function keepRecording({
  observation,
  store,
  problems,
}: Pick<Daemon, "observation" | "store" | "problems">): Promise<void> {
  const inputs = observation.inputs();
  const firsts = inputs.map(({ firstUs }) => firstUs).filter((us) => us > 0);
  const recording = {
    fromUs: firsts.length === 0 ? 0 : Math.min(...firsts),
    toUs: observation.timeUs,
    eventCount: observation.eventCount,
    problems: problems.list(),
    inputs: inputs.map(summarizeEvents),
  };
  await store.settings.set(recordingSetting, JSON.stringify(recording));
}
