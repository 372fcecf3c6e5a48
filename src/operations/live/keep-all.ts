/**
 * Holds the putting away of all that a daemon learns, as a part of it: facts in their rhythm, and
 * now and then how far it is.
 * In: the daemon. Out: each batch, to whoever looks for news in it. Ends when the signal is given.
 */
import type { Daemon } from "./daemon.ts";
import type { KeptBatch } from "./keep-facts.ts";
import { keepRecording } from "./keep-recording.ts";
import { keepRegularly } from "./keep-regularly.ts";

export type OnBatch = (batch: KeptBatch) => void;

/** **Unit**: milliseconds. */
const recordingMs = 10_000;

/** **Errors**: throws defects only. */
export function keepAll(daemon: Daemon, onNews: OnBatch, signal: AbortSignal): Promise<void> {
  const { keeper, log, health, detection, context } = daemon;
  const { clock } = context.outside.services;
  let keptMs = Number.NEGATIVE_INFINITY;
  const onBatch = async (batch: KeptBatch): Promise<void> => {
    onNews(batch);
    // A commit of its own: no verdict rests on it, and the end writes it anyhow.
    if (clock.elapsedMs() - keptMs < recordingMs) return;
    await keepRecording(daemon);
    keptMs = clock.elapsedMs();
  };
  return keepRegularly({
    ...{ keeper, clock, log, health, signal, onBatch },
    urgent: detection.urgent,
  });
}
