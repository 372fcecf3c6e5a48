/**
 * Holds reports, changes and findings in SQLite.
 * In: batches of history, each in one transaction. Out: the same again, in the orders of the port.
 * The row of a report stays when its body goes, so that it is not recorded twice.
 */
import { setImmediate } from "node:timers/promises";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { FindingChange, TrackedFinding } from "../../core/judge/change/finding-change.ts";
import type {
  ChangeQuery,
  HistoryBatch,
  HistoryStore,
  ReportEntry,
  StoredReport,
} from "../../ports/store.ts";
import { type Listing, type Row, type Session, toColumn } from "./session.ts";
import { damaged } from "./tell-sqlite-error.ts";

const allFindings: Listing = { table: "finding", key: "id", first: "" };
const addReport = `
INSERT INTO report (id, time_us, trigger, size_bytes, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (id) DO NOTHING`;
const putFinding = "INSERT OR REPLACE INTO finding (id, body) VALUES (?, ?)";
const addChange = "INSERT INTO change (time_us, finding, body) VALUES (?, ?, ?)";
const someChanges = `
SELECT body FROM change WHERE time_us >= ? AND time_us < ?
ORDER BY time_us DESC, number DESC LIMIT ?`;
const changesOfOne = `
SELECT body FROM change WHERE time_us >= ? AND time_us < ? AND finding = ?
ORDER BY time_us DESC, number DESC LIMIT ?`;
const entries = `
SELECT id, time_us AS timeUs, trigger, size_bytes AS sizeBytes FROM report
WHERE body IS NOT NULL ORDER BY time_us DESC, number DESC LIMIT ?`;
const latestAt = `
SELECT id, time_us AS timeUs, trigger, body FROM report
WHERE body IS NOT NULL AND time_us <= ? ORDER BY time_us DESC, number DESC LIMIT 1`;
const dropBodies = `
UPDATE report SET body = NULL WHERE body IS NOT NULL AND time_us < ? AND number <> (
  SELECT number FROM report WHERE body IS NOT NULL ORDER BY time_us DESC, number DESC LIMIT 1)`;
const dropFinding = "DELETE FROM finding WHERE id = ? AND body = ?";
const dropChanges = "DELETE FROM change WHERE finding = ?";

/** Few at a time: whoever writes beside it must not wait for long. */
const findingsPerTransaction = 200;

export class SqliteHistory implements HistoryStore {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  async record({ report, changes, findings }: HistoryBatch): Promise<void> {
    const { session } = this;
    const text = Buffer.from(report.body);
    const body = zstdCompressSync(text);
    session.write(() => {
      const added = session
        .prepare(addReport)
        .run(toColumn(report.id), report.timeUs, toColumn(report.trigger), text.length, body);
      if (added.changes === 0) return;
      for (const finding of findings) {
        session.prepare(putFinding).run(toColumn(finding.id), JSON.stringify(finding));
      }
      for (const change of changes) {
        const finding = toColumn(change.finding);
        session.prepare(addChange).run(change.timeUs, finding, JSON.stringify(change));
      }
    });
  }

  async *findings(): AsyncIterable<TrackedFinding> {
    const all = this.session.stream<TrackedFinding>([allFindings]);
    for await (const page of all) yield* page;
  }

  async changes(query: ChangeQuery): Promise<readonly FindingChange[]> {
    const { session } = this;
    const sinceUs = query.sinceUs ?? Number.MIN_SAFE_INTEGER;
    const untilUs = query.untilUs ?? Number.MAX_SAFE_INTEGER;
    const countMax = toLimit(query.countMax);
    const rows = session.read(() =>
      query.finding === undefined
        ? session.prepare(someChanges).all(sinceUs, untilUs, countMax)
        : session.prepare(changesOfOne).all(sinceUs, untilUs, toColumn(query.finding), countMax),
    );
    return rows.reverse().map(({ body }) => session.decode(body));
  }

  async reports(countMax: number): Promise<readonly ReportEntry[]> {
    const { session } = this;
    const rows = session.read(() => session.prepare(entries).all(toLimit(countMax)));
    return rows.map((row) => ({
      ...this.describe(row),
      sizeBytes: Number(row["sizeBytes"]),
    }));
  }

  async reportAt(timeUs: number): Promise<StoredReport | undefined> {
    const row = this.session.read(() => this.session.prepare(latestAt).get(timeUs));
    return row && { ...this.describe(row), body: this.inflate(row["body"]) };
  }

  async forgetReports(beforeUs: number): Promise<number> {
    const { session } = this;
    const { changes } = session.write(() => session.prepare(dropBodies).run(beforeUs));
    await session.shrink();
    return Number(changes);
  }

  async forgetFindings(
    findings: readonly TrackedFinding[],
  ): Promise<{ readonly findings: number; readonly changes: number }> {
    const { session } = this;
    const counts = { findings: 0, changes: 0 };
    for (let at = 0; at < findings.length; at += findingsPerTransaction) {
      const some = findings.slice(at, at + findingsPerTransaction);
      const dropped = session.write(() => some.map((one) => this.dropOne(one)));
      for (const changes of dropped.filter((one) => one !== undefined)) {
        counts.findings += 1;
        counts.changes += changes;
      }
      await setImmediate();
    }
    if (counts.findings > 0) await session.shrink();
    return counts;
  }

  /** How many changes it had; undefined where it is another now. */
  private dropOne(finding: TrackedFinding): number | undefined {
    const { session } = this;
    const id = toColumn(finding.id);
    const { changes: found } = session.prepare(dropFinding).run(id, JSON.stringify(finding));
    return found === 0 ? undefined : Number(session.prepare(dropChanges).run(id).changes);
  }

  private describe(row: Row): Omit<StoredReport, "body"> {
    const { session } = this;
    return {
      id: session.decodeColumn(row["id"]),
      timeUs: Number(row["timeUs"]),
      trigger: session.decodeColumn(row["trigger"]),
    };
  }

  private inflate(body: unknown): string {
    return this.session.read(() => {
      try {
        if (body instanceof Uint8Array) return zstdDecompressSync(body).toString();
      } catch (error) {
        throw damaged(this.session.place.file, "a report in it cannot be read", error);
      }
      throw damaged(this.session.place.file, "a report in it is no bytes");
    });
  }
}

/** SQLite takes a negative limit for none. */
function toLimit(countMax: number): number {
  return Math.max(0, Math.min(Math.floor(countMax), Number.MAX_SAFE_INTEGER));
}
