/**
 * Holds the reading of one source into the observation, as long as it lasts.
 * In: the source, where it goes on. Out: nothing; what happens to it is logged and noted.
 */
import type { LiveObservation } from "../../engine/live-observation.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EventSource, SourcePosition } from "../../ports/event-source.ts";
import type { Log } from "../../ports/log.ts";
import type { DaemonHealth } from "./daemon-health.ts";

export interface Pump {
  readonly source: EventSource;
  readonly position: SourcePosition | undefined;
  readonly observation: LiveObservation;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: DaemonHealth;
}

/** **Unit**: milliseconds. */
const notedAgainMs = 1000;

/** **Errors**: throws what the source throws: a setting that is wrong. */
export async function pumpSource(pump: Pump): Promise<void> {
  const { source, position, observation, log, health } = pump;
  const stream = observation.stream(source.name);
  noteState(pump);
  let notedMs = pump.clock.elapsedMs();
  for await (const signal of source.signals(position)) {
    stream.take(signal);
    if (signal.kind === "gap") {
      const { reason, count, detail } = signal;
      health.noteLoss(reason, count);
      log.warn("Events may be missing.", { source: source.name, reason, count, detail });
    }
    // Events come a thousand times a second: a busy source is looked at once in a while.
    const nowMs = pump.clock.elapsedMs();
    const isQuiet = signal.kind !== "bytes" && signal.kind !== "messages";
    if (!isQuiet && nowMs - notedMs < notedAgainMs) continue;
    notedMs = nowMs;
    noteState(pump);
  }
}

function noteState({ source, health, clock, log }: Pump): void {
  const { state, detail } = source.status();
  const ok = state === "connected";
  const isChange = health.note(`source ${source.name}`, ok, detail, clock.nowUs());
  // A beginning and an end are no trouble.
  if (!isChange || state === "starting" || state === "stopped") return;
  const fields = { source: source.name, state, detail };
  if (ok) log.info("The source is connected.", fields);
  else log.warn("The source is not connected.", fields);
}
