/**
 * Holds what keeps the state small: old segments of the archive, containers long gone, old reports,
 * findings that ended long ago.
 * In: the daemon. Out: a call when facts were forgotten; what is dropped is logged and counted.
 */
import type { TimeUs } from "../../core/event/event.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { Daemon } from "./daemon.ts";
import { forgetHistory, type IsIncidentKept } from "./forget-history.ts";
import { forgottenKinds, noteForgotten, nothingForgotten } from "./forgotten-log.ts";

const intervalMs = 10 * 60_000;
/** **Unit**: microseconds. All findings are read for it. */
const historyIntervalUs = 6 * 3600e6;

export interface TidyCalls {
  /** The store forgot some facts. */
  readonly onForgotten: () => Promise<void>;
  readonly isIncidentKept: IsIncidentKept;
}

/** Ends when the signal is given. **Errors**: throws defects only. */
export async function tidyState(
  daemon: Daemon,
  calls: TidyCalls,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = daemon.context.outside.services;
  let historyUs = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    await clock.wait(intervalMs, signal);
    if (signal.aborted) return;
    const wallUs = clock.nowUs();
    const withFindings = Math.abs(wallUs - historyUs) >= historyIntervalUs;
    const isDone = await tidyOnce(daemon, { ...calls, wallUs, withFindings });
    if (isDone && withFindings) historyUs = wallUs;
  }
}

interface Tidying extends TidyCalls {
  readonly wallUs: TimeUs;
  readonly withFindings: boolean;
}

/** False where it is to be tried again. */
async function tidyOnce(daemon: Daemon, how: Tidying): Promise<boolean> {
  const { archive, store, settings, log, observation } = daemon;
  // By the clock of events: a recording that is replayed is not old because it is from last year.
  // An event of tomorrow is the error of some clock: it makes nothing old.
  const nowUs = Math.min(observation.timeUs, how.wallUs);
  if (nowUs === 0) return false;
  try {
    const dropped = (await archive?.trim(nowUs)) ?? [];
    if (dropped.length > 0) log.info("Old raw events were dropped.", { segments: dropped.length });
    if (settings.retentionUs === 0) return true;
    const facts = await store.facts.forget(nowUs - settings.retentionUs);
    const factCount = Object.values(facts).reduce((sum, count) => sum + count, 0);
    if (factCount > 0) await how.onForgotten();
    daemon.health.count("forgotten-facts", factCount);
    const history = await tidyHistory(daemon, how);
    const told = Object.entries({ ...facts, ...history }).filter(([, count]) => count > 0);
    if (told.length > 0) log.info("What is long over was forgotten.", Object.fromEntries(told));
    return true;
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    log.warn("The state could not be tidied; tried again later.", { why: error.message });
    return false;
  }
}

/** By the clock of this machine, as reports are dated. */
async function tidyHistory(
  { store, settings, health }: Daemon,
  { wallUs, withFindings, isIncidentKept }: Tidying,
): Promise<Readonly<Record<string, number>>> {
  const reportsBeforeUs = wallUs - settings.retentionUs;
  const reports = await store.history.forgetReports(reportsBeforeUs);
  // What a report may still show must not be forgotten, for it would come back as new.
  const findingsBeforeUs = wallUs - Math.max(settings.historyRetentionUs, settings.retentionUs);
  const isKept = !withFindings || settings.historyRetentionUs === 0;
  const over = isKept
    ? nothingForgotten
    : await forgetHistory(store, findingsBeforeUs, isIncidentKept);
  const counts = { ...nothingForgotten, ...over, reports };
  for (const kind of forgottenKinds) health.count(`forgotten-${kind}`, counts[kind]);
  if (Object.values(counts).some((count) => count > 0)) {
    await noteForgotten(store.settings, { findingsBeforeUs, reportsBeforeUs, counts });
  }
  return counts;
}
