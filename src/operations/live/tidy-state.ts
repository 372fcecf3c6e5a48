/**
 * Holds what keeps the state small: old segments of the archive, containers long gone, old reports.
 * In: the daemon. Out: a call when facts were forgotten; what is dropped is logged.
 */
import { WaggleError } from "../../ports/waggle-error.ts";
import type { Daemon } from "./daemon.ts";

const intervalMs = 10 * 60_000;

/** Ends when the signal is given. **Errors**: throws defects only. */
export async function tidyState(
  daemon: Daemon,
  onForgotten: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = daemon.context.outside.services;
  while (!signal.aborted) {
    await clock.wait(intervalMs, signal);
    if (!signal.aborted) await tidyOnce(daemon, onForgotten);
  }
}

async function tidyOnce(
  { archive, store, settings, log, context, observation }: Daemon,
  onForgotten: () => Promise<void>,
): Promise<void> {
  const wallUs = context.outside.services.clock.nowUs();
  // By the clock of events: a recording that is replayed is not old because it is from last year.
  // An event of tomorrow is the error of some clock: it makes nothing old.
  const nowUs = Math.min(observation.timeUs, wallUs);
  if (nowUs === 0) return;
  try {
    const dropped = (await archive?.trim(nowUs)) ?? [];
    if (dropped.length > 0) log.info("Old raw events were dropped.", { segments: dropped.length });
    if (settings.retentionUs === 0) return;
    const forgotten = await store.facts.forget(nowUs - settings.retentionUs);
    if (Object.values(forgotten).some((count) => count > 0)) await onForgotten();
    const reports = await store.history.forgetReports(wallUs - settings.retentionUs);
    if (reports > 0 || Object.values(forgotten).some((count) => count > 0)) {
      log.info("What is long over was forgotten.", { ...forgotten, reports });
    }
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    log.warn("The state could not be tidied; tried again later.", { why: error.message });
  }
}
