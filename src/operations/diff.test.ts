/** Tests of the operation `diff` and of reading saved reports, those of earlier versions too. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createMemoryFiles } from "../adapters/files/memory-files.ts";
import { renderJson } from "../core/report/render-json.ts";
import type { Report } from "../core/report/report.ts";
import { sampleContextReport, sampleDecision, sampleWaiver } from "../testing/sample-documents.ts";
import { stillContext } from "../testing/still-context.ts";
import { diff } from "./diff.ts";
import { loadReport } from "./load-report.ts";
import { type OperationContext, readInput } from "./operation.ts";

const old = new URL("../../fixtures/documents/report-1.0.0.json.gz", import.meta.url);
const encode = (value: unknown) =>
  new TextEncoder().encode(typeof value === "string" ? value : [...renderJson(value)].join(""));

function contextOf(stored: Readonly<Record<string, unknown>>): OperationContext {
  const files = Object.entries(stored).map(([name, value]) => [name, encode(value)] as const);
  const bytes = new Map([...files, ["old.json.gz", new Uint8Array(readFileSync(old))] as const]);
  return {
    files: createMemoryFiles(bytes),
    scanner: {
      scan: () => assert.fail("nothing is scanned"),
      match: () => assert.fail("nothing is scanned"),
      dataVersion: () => assert.fail("nothing is scanned"),
    },
    now: undefined,
    settings: { file: "", config: {} },
    onProgress: () => {},
    ...stillContext,
  };
}

const report = sampleContextReport();

async function compare(before: Report, after: Report, failOn: readonly string[] = []) {
  const context = contextOf({ "a.json": before, "b.json": after });
  return diff.run(readInput(diff, { before: "a.json", after: "b.json", failOn }), context);
}

test("a report of version 1.0.0 is read, and what it did not know is unknown", async () => {
  const read = await loadReport("old.json.gz", contextOf({}));
  assert.equal(read.schemaVersion, "1.0.0");
  assert.ok(read.findings.length > 10);
  for (const { exposure, decision, waiver } of read.findings) {
    assert.deepEqual([exposure.exposed, decision.row, waiver], ["unknown", "", null]);
  }
  const output = await diff.run({ before: "old.json.gz", after: "old.json.gz" }, contextOf({}));
  assert.equal(output.diff.counts.same, read.findings.length);
  assert.match(output.diff.limits[0] ?? "", /holds no decisions/);
});

test("a report that is saved and read is the same report", async () => {
  const context = contextOf({ "a.json": report });
  assert.deepEqual(await loadReport("a.json", context), JSON.parse(JSON.stringify(report)));
});

test("what is no report is refused with the field that is wrong", async () => {
  const refused = (value: unknown) => loadReport("x.json", contextOf({ "x.json": value }));
  await assert.rejects(refused("{"), /x\.json: not JSON/);
  await assert.rejects(refused({ schemaVersion: "1.0.0" }), /x\.json: not a report of waggle \(/);
  await assert.rejects(refused([1]), /not a report of waggle/);
  await assert.rejects(refused({ ...report, findings: [3] }), /findings\.0/);
});

test("a pipeline stops for what is new or became urgent, not for what is signed", async () => {
  const change = (given: Partial<Report["findings"][number]>): Report => ({
    ...report,
    findings: report.findings.map((one) => (one.inUse ? one : { ...one, ...given })),
  });
  const met = async (before: Report, after: Report) => {
    const words = ["new", "new-act-now", "new-in-use", "new-kev"];
    const { failOn } = await compare(before, after, words);
    return failOn.map(({ condition, findingCount }) => `${condition} ${findingCount}`);
  };
  const empty = { ...report, findings: [], coverage: [], packages: [] };
  assert.deepEqual(await met(report, report), []);
  assert.deepEqual(await met(report, empty), []);
  assert.deepEqual(await met(empty, report), ["new 2", "new-act-now 1", "new-in-use 1"]);
  const urgent = { decision: sampleDecision("act-now") };
  assert.deepEqual(await met(report, change(urgent)), ["new-act-now 1"]);
  assert.deepEqual(await met(report, change({ ...urgent, waiver: sampleWaiver() })), []);
  const [first] = report.findings;
  assert.ok(first !== undefined);
  const kev = { dateAdded: "2026-01-01", dueDate: "", ransomware: false };
  const exploited = change({ vulnerability: { ...first.vulnerability, kev } });
  assert.deepEqual(await met(report, exploited), ["new-kev 1"]);
  assert.deepEqual(await met(exploited, exploited), []);
});

test("a word that is no condition is refused", () => {
  const given = { before: "a", after: "b", failOn: ["newish"] };
  assert.throws(() => readInput(diff, given), /diff: failOn\.0: /);
});
