/**
 * Holds the finding of a report that a daemon wrote.
 * In: its state directory, a time. Out: the latest report at or before it.
 */

import { formatTime } from "../core/event/format-time.ts";
import type { Report } from "../core/report/report.ts";
import type { Store } from "../ports/store.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { readForgotten } from "./live/forgotten-log.ts";
import { readStoredReport } from "./live/read-stored-report.ts";
import type { OperationContext } from "./operation.ts";
import { readTimeBound } from "./time-range.ts";

/** **Errors**: `not-found` where there is none of that age; `usage` for a time that is none. */
export async function reportAt(
  state: string,
  text: string,
  { outside }: OperationContext,
): Promise<Report> {
  const bound = readTimeBound(text, "at");
  const store = await outside.state.store(state, "read");
  try {
    const { clock } = outside.services;
    const timeUs = bound.kind === "time" ? bound.us : clock.nowUs() - bound.us;
    const stored = await store.history.reportAt(timeUs);
    if (stored !== undefined) return await readStoredReport(stored);
    throw new WaggleError("not-found", await tellNone(state, text, store));
  } finally {
    await store.close();
  }
}

/** Whether there was none, or it is kept no more. */
async function tellNone(state: string, text: string, store: Store): Promise<string> {
  const none = `${state} holds no report of ${text} or before`;
  const earliest = (await store.history.reports(Number.MAX_SAFE_INTEGER)).at(-1);
  if (earliest === undefined) return `${none}: none was written yet.`;
  const { reportsBeforeUs } = await readForgotten(store.settings);
  const time = formatTime(earliest.timeUs);
  if (reportsBeforeUs === 0) return `${none}: the earliest is of ${time}.`;
  return `${none}: the earliest that is kept is of ${time}; older ones were dropped (--retention).`;
}
