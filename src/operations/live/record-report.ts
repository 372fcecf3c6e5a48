/**
 * Holds how a report of the daemon becomes history.
 * In: the store, a report, what made it due. Out: what changed; report, changes and findings are
 * kept in one transaction. Must never lose the ledger because an old report cannot be read.
 */
import type { TimeUs } from "../../core/event/event.ts";
import { formatTime } from "../../core/event/format-time.ts";
import type { FindingChange, TrackedFinding } from "../../core/judge/change/finding-change.ts";
import { fingerprint } from "../../core/judge/fingerprint.ts";
import type { LedgerInput } from "../../core/report/change/ledger.ts";
import { updateLedger } from "../../core/report/change/update-ledger.ts";
import { renderJson } from "../../core/report/render-json.ts";
import type { Report } from "../../core/report/report.ts";
import type { HistoryStore, ScanStore, Store } from "../../ports/store.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { readStoredReport } from "./read-stored-report.ts";
import { signedDecisions } from "./stored-decisions.ts";

export interface RecordOptions {
  readonly store: Pick<Store, "history" | "notes" | "scans">;
  readonly report: Report;
  /** In words. */
  readonly trigger: string;
  readonly timeUs: TimeUs;
  readonly standings: LedgerInput["standings"];
  /** Decisions of the configuration; those of the store are read. */
  readonly configured: LedgerInput["decisions"];
  /** The report recorded last, where the caller has it still; else it is read. */
  readonly previous?: Report;
  /** **Unit**: microseconds; older scans make findings stale. 0: never. */
  readonly scanAgeUsMax?: number;
}

export interface RecordedReport {
  readonly id: string;
  /** That of the report, or just after the last one where the clock went back. */
  readonly timeUs: TimeUs;
  readonly changes: readonly FindingChange[];
  /** Why the report before could not be compared; "" when it could, or there is none. */
  readonly previousLost: string;
}

/** **Errors**: throws what the store throws. */
export async function recordReport(options: RecordOptions): Promise<RecordedReport> {
  const { store, report, trigger, standings, configured, scanAgeUsMax = 0 } = options;
  const { history } = store;
  const [latest] = await history.reports(1);
  const isBack = latest !== undefined && latest.timeUs > options.timeUs;
  const timeUs = isBack ? latest.timeUs + 1 : options.timeUs;
  const { previous, lost } = await findPrevious(history, latest?.timeUs, options.previous);
  const tracked: TrackedFinding[] = [];
  for await (const finding of history.findings()) tracked.push(finding);
  const { findings, changes } = updateLedger({
    tracked,
    previous,
    report,
    nowUs: timeUs,
    standings,
    decisions: [...configured, ...(await signedDecisions(store.notes))],
    scanTimes: await readScanTimes(store.scans),
    scanAgeUsMax,
  });
  const known = new Set(tracked);
  const id = reportId(timeUs, trigger);
  await history.record({
    report: { id, timeUs, trigger, body: [...renderJson(report)].join("") },
    changes,
    findings: findings.filter((one) => !known.has(one)),
  });
  return { id, timeUs, changes, previousLost: lost };
}

async function findPrevious(
  history: HistoryStore,
  timeUs: TimeUs | undefined,
  given: Report | undefined,
): Promise<{ readonly previous: Report | undefined; readonly lost: string }> {
  if (timeUs === undefined || given !== undefined) return { previous: given, lost: "" };
  const stored = await history.reportAt(timeUs);
  if (stored === undefined) return { previous: undefined, lost: "it is not kept" };
  try {
    return { previous: await readStoredReport(stored), lost: "" };
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    return { previous: undefined, lost: error.message };
  }
}

/** When each image was looked at last, by digest and by reference. */
async function readScanTimes(scans: ScanStore): Promise<ReadonlyMap<string, TimeUs>> {
  const times = new Map<string, TimeUs>();
  for (const { image, reference, state, timeUs } of await scans.all()) {
    if (state !== "made" && state !== "found") continue;
    for (const key of [image, reference]) {
      if (key !== "") times.set(key, Math.max(timeUs, times.get(key) ?? 0));
    }
  }
  return times;
}

/** **Shape**: sorts by time; the same moment and trigger are the same report. */
function reportId(timeUs: TimeUs, trigger: string): string {
  const time = (formatTime(timeUs) ?? String(timeUs)).replace(/[-:.]/g, "");
  return `${time}-${fingerprint([String(timeUs), trigger]).slice(0, 8)}`;
}
