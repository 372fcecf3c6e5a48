/**
 * Holds reports, changes and findings in memory.
 * In: batches of history. Out: the same again, in the orders of the port.
 */
import { isDeepStrictEqual } from "node:util";
import type { FindingChange, TrackedFinding } from "../../core/judge/change/finding-change.ts";
import type {
  ChangeQuery,
  HistoryBatch,
  HistoryStore,
  ReportEntry,
  StoredReport,
} from "../../ports/store.ts";

export class MemoryHistory implements HistoryStore {
  private readonly recorded = new Set<string>();
  /** **Order**: as recorded. */
  private kept: readonly StoredReport[] = [];
  private readonly findingById = new Map<string, TrackedFinding>();
  private changed: FindingChange[] = [];

  async record(batch: HistoryBatch): Promise<void> {
    if (this.recorded.has(batch.report.id)) return;
    const { report, changes, findings } = structuredClone(batch);
    this.recorded.add(report.id);
    this.kept = [...this.kept, report];
    this.changed.push(...changes);
    for (const finding of findings) this.findingById.set(finding.id, finding);
  }

  async *findings(): AsyncIterable<TrackedFinding> {
    yield* [...this.findingById.values()];
  }

  async changes(query: ChangeQuery): Promise<readonly FindingChange[]> {
    const { sinceUs = Number.NEGATIVE_INFINITY, untilUs = Number.POSITIVE_INFINITY } = query;
    const found = this.changed
      .filter(({ timeUs }) => timeUs >= sinceUs && timeUs < untilUs)
      .filter(({ finding }) => query.finding === undefined || finding === query.finding)
      .sort((a, b) => a.timeUs - b.timeUs);
    return found.slice(Math.max(0, found.length - Math.max(0, query.countMax)));
  }

  async reports(countMax: number): Promise<readonly ReportEntry[]> {
    return this.latestFirst()
      .slice(0, Math.max(0, countMax))
      .map(({ body, ...entry }) => ({ ...entry, sizeBytes: Buffer.byteLength(body) }));
  }

  async reportAt(timeUs: number): Promise<StoredReport | undefined> {
    return this.latestFirst().find((report) => report.timeUs <= timeUs);
  }

  async forgetReports(beforeUs: number): Promise<number> {
    const latest = this.latestFirst()[0];
    const before = this.kept.length;
    this.kept = this.kept.filter((one) => one === latest || one.timeUs >= beforeUs);
    return before - this.kept.length;
  }

  async forgetFindings(
    findings: readonly TrackedFinding[],
  ): Promise<{ readonly findings: number; readonly changes: number }> {
    const same = findings.filter((one) => isDeepStrictEqual(this.findingById.get(one.id), one));
    const ids = new Set(same.map(({ id }) => id));
    const before = this.changed.length;
    this.changed = this.changed.filter(({ finding }) => !ids.has(finding));
    for (const id of ids) this.findingById.delete(id);
    return { findings: ids.size, changes: before - this.changed.length };
  }

  counts(): Readonly<Record<string, number>> {
    const { kept, changed, findingById } = this;
    return { report: kept.length, change: changed.length, finding: findingById.size };
  }

  private latestFirst(): readonly StoredReport[] {
    return [...this.kept].reverse().sort((a, b) => b.timeUs - a.timeUs);
  }
}
