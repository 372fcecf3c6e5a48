/**
 * Holds the way of a report into the history of a state.
 * In: the store, a report. Out: what changed; and for whoever scans, which images it spoke of.
 */
import { judgeStandings } from "../../core/judge/change/judge-standing.ts";
import type { ContainerFact, CoverageFact } from "../../core/observe/fact.ts";
import type { Report } from "../../core/report/report.ts";
import type { Store } from "../../ports/store.ts";
import { readSigned } from "../judge-settings.ts";
import type { OperationContext } from "../operation.ts";
import { listImagesInUse } from "./choose-scans.ts";
import { keepImages } from "./images-in-use.ts";
import { keepBackground } from "./incident-background.ts";
import { type RecordedReport, recordReport } from "./record-report.ts";
import { timeOf } from "./state-field.ts";

/** **Errors**: throws what the store throws. */
export async function keepReport(
  store: Store,
  report: Report,
  { trigger, context }: { readonly trigger: string; readonly context: OperationContext },
): Promise<RecordedReport> {
  const containers: ContainerFact[] = [];
  const coverage: CoverageFact[] = [];
  for await (const fact of store.facts.facts()) {
    if (fact.kind === "container") containers.push(fact);
    else if (fact.kind === "coverage") coverage.push(fact);
  }
  // Events have a time of their own: a recording that is replayed is of another day.
  const seenUs = coverage.reduce((latest, { untilUs }) => Math.max(latest, untilUs), 0);
  const timeUs = timeOf(context);
  const recorded = await recordReport({
    ...{ store, report, trigger, timeUs },
    standings: judgeStandings({ containers, coverage, nowUs: seenUs }),
    configured: readSigned(context.settings, undefined, timeUs).decisions,
  });
  await keepBackground(store.settings, report);
  await keepImages(store.settings, listImagesInUse(report.coverage));
  return recorded;
}
