/**
 * Holds what keeps the state small: old segments of the archive, containers long gone, old reports.
 * In: the daemon. Out: nothing; what is dropped is logged.
 */
import { WaggleError } from "../../ports/waggle-error.ts";
import type { Daemon } from "./open-daemon.ts";

const intervalMs = 10 * 60_000;

export async function tidyState(daemon: Daemon, signal: AbortSignal): Promise<void> {
  const { clock } = daemon.context.outside.services;
  while (!signal.aborted) {
    await clock.wait(intervalMs, signal);
    if (!signal.aborted) await tidyOnce(daemon);
  }
}

async function tidyOnce({ archive, store, settings, log, context, observation }: Daemon) {
  // By the clock of events: a recording that is replayed is not old because it is from last year.
  // A node whose clock runs a year ahead must not make all the rest look old.
  const wallUs = context.outside.services.clock.nowUs();
  const nowUs = Math.min(observation.timeUs, wallUs);
  if (nowUs === 0) return;
  try {
    const dropped = (await archive?.trim(nowUs)) ?? [];
    if (dropped.length > 0) log.info("Old raw events were dropped.", { segments: dropped.length });
    if (settings.retentionUs === 0) return;
    const forgotten = await store.facts.forget(nowUs - settings.retentionUs);
    const reports = await store.history.forgetReports(wallUs - settings.retentionUs);
    if (reports > 0 || Object.values(forgotten).some((count) => count > 0)) {
      log.info("What is long over was forgotten.", { ...forgotten, reports });
    }
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    log.warn("The state could not be tidied; tried again later.", { why: error.message });
  }
}
