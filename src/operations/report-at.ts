/**
 * Holds the finding of a report that a daemon wrote.
 * In: its state directory, a time. Out: the latest report at or before it.
 */
import type { Report } from "../core/report/report.ts";
import { WaggleError } from "../ports/waggle-error.ts";
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
    const nowUs = outside.services.clock.nowUs();
    const timeUs = bound.kind === "time" ? bound.us : nowUs - bound.us;
    const stored = await store.history.reportAt(timeUs);
    if (stored !== undefined) return await readStoredReport(stored);
    throw new WaggleError("not-found", `${state} holds no report of ${text} or before.`);
  } finally {
    await store.close();
  }
}
