/** Tests of the comparison of two reports: kinds of change, and the cause of each. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  sampleAction,
  sampleContextReport,
  sampleDecision,
  sampleWaiver,
} from "../../../testing/sample-documents.ts";
import { sampleWorkload } from "../../../testing/sample-judgement.ts";
import type { Finding } from "../../judge/verdict.ts";
import type { Report } from "../report.ts";
import { diffReports } from "./diff-reports.ts";
import type { FindingChange } from "./report-diff.ts";

const report = sampleContextReport();
const compare = (before: Report, after: Report) =>
  diffReports({ name: "a.json", report: before }, { name: "b.json", report: after });

/** One line a change: kind, workload, fields, causes. */
const tell = ({ kind, workload, changes, causes }: FindingChange) =>
  [
    kind,
    workload.name,
    changes.map(({ field }) => field).join("+"),
    causes.map(({ cause }) => cause).join("+"),
  ].join(" ");
const told = (before: Report, after: Report) => compare(before, after).findings.map(tell);

/** The report with `web`'s finding changed, and nothing else. */
function web(change: (finding: Finding) => Partial<Finding>): Report {
  const findings = report.findings.map((one) =>
    one.workload.name === "web" ? { ...one, ...change(one) } : one,
  );
  return { ...report, findings };
}

const without = (name: string, from: Report = report): Report => ({
  ...from,
  findings: from.findings.filter(({ workload }) => workload.name !== name),
});
const unseen = (name: string): Report => ({
  ...without(name),
  coverage: report.coverage.filter(({ workload }) => workload.name !== name),
  packages: report.packages.filter(({ workload }) => workload.name !== name),
});

test("a report compared with itself has nothing to tell", () => {
  const { findings, counts, actions, contradictions, limits } = compare(report, report);
  assert.deepEqual([findings, actions, contradictions, limits], [[], [], [], []]);
  assert.deepEqual(counts, { new: 0, changed: 0, gone: 0, "not-seen": 0, same: 2 });
});

test("a finding of a workload that was not seen is not fixed; one of a new one says so", () => {
  assert.deepEqual(told(report, unseen("web")), ["not-seen web  workload-not-seen"]);
  assert.deepEqual(told(unseen("web"), report), ["new web  workload-appeared"]);
  const { workloads } = compare(report, unseen("web"));
  assert.deepEqual(
    [workloads.notSeen.map(({ name }) => name), workloads.appeared, workloads.inBoth],
    [["web"], [], 1],
  );
});

test("a finding whose image was not scanned is not fixed either", () => {
  const unscanned = {
    ...without("web"),
    coverage: report.coverage.map((one) =>
      one.workload.name === "web" ? { ...one, scan: "" } : one,
    ),
  };
  assert.deepEqual(told(report, unscanned), ["not-seen web  scan-missing"]);
  assert.deepEqual(told(unscanned, report), ["new web  scan-missing"]);
});

test("gone with the same packages is other vulnerability data, else it is the package", () => {
  assert.deepEqual(told(report, without("web")), ["gone web  vulnerability-data-changed"]);
  assert.deepEqual(told(without("web"), report), ["new web  vulnerability-data-changed"]);
  const upgrade = (packages: Report["packages"], version: string) =>
    packages.map((one) =>
      one.workload.name === "web" ? { ...one, package: { ...one.package, version } } : one,
    );
  const moved = {
    ...without("web"),
    packages: upgrade(report.packages, "1.1.1n-0"),
    coverage: report.coverage.map((one) =>
      one.workload.name === "web" ? { ...one, image: { ...one.image, digest: "sha256:0" } } : one,
    ),
  };
  assert.deepEqual(told(report, moved), ["gone web  package-changed+image-changed"]);
  const [change] = compare(report, moved).findings;
  assert.equal(change?.causes[0]?.detail, "libssl 1.1.1k-1, now 1.1.1n-0");
  const removed = {
    ...without("web"),
    packages: report.packages.filter(({ workload }) => workload.name !== "web"),
  };
  assert.deepEqual(told(report, removed), ["gone web  package-removed"]);
  assert.deepEqual(told(removed, report), ["new web  package-added"]);
});

test("each field that changed has its cause", () => {
  const cases: readonly (readonly [string, (finding: Finding) => Partial<Finding>])[] = [
    ["usage use-not-seen-again", (one) => ({ usage: { ...one.usage, state: "not-observed" } })],
    ["usage coverage-changed", (one) => ({ usage: { ...one.usage, state: "unknown" } })],
    [
      "coverage coverage-changed",
      (one) => ({ usage: { ...one.usage, coverage: "partial", coverageReasons: ["lost"] } }),
    ],
    ["exposed exposure-changed", (one) => ({ exposure: { ...one.exposure, exposed: "yes" } })],
    ["privileged privilege-changed", () => ({ privileged: true })],
    ["version package-changed", (one) => ({ package: { ...one.package, version: "2" } })],
    ["image image-changed", () => ({ image: { reference: "x", digest: "sha256:1" } })],
    [
      "severity vulnerability-data-changed",
      (one) => ({ vulnerability: { ...one.vulnerability, severity: "Low" } }),
    ],
    [
      "fix vulnerability-data-changed",
      (one) => ({ vulnerability: { ...one.vulnerability, fixedIn: [] } }),
    ],
    ["signed signed", () => ({ waiver: sampleWaiver() })],
    ["decision rules-changed", () => ({ decision: sampleDecision("soon") })],
    [
      "decision vulnerability-data-changed",
      () => {
        const input = {
          name: "kev",
          value: "yes",
          basis: "the catalogue",
          assumed: false,
        } as const;
        return { decision: sampleDecision("soon", { inputs: [input] }) };
      },
    ],
  ];
  for (const [expected, change] of cases) {
    const name = expected === "usage coverage-changed" ? "usage use-not-seen-again" : expected;
    assert.deepEqual(told(report, web(change)), [`changed web ${name}`]);
  }
  const idle = web((one) => ({ usage: { ...one.usage, state: "unknown" }, inUse: false }));
  assert.deepEqual(told(idle, report), ["changed web usage first-use"]);
  const absent = web((one) => ({ usage: { ...one.usage, state: "not-observed" } }));
  assert.deepEqual(told(idle, absent), ["changed web usage coverage-changed"]);
});

test("a report without decisions is compared in all else, and that is said", () => {
  const old = {
    ...report,
    schemaVersion: "1.0.0",
    findings: report.findings.map((one) => ({
      ...one,
      decision: { ...one.decision, row: "", name: "next-upgrade" as const },
    })),
  };
  const { findings, limits } = compare(old, report);
  assert.deepEqual(findings, []);
  assert.match(limits[0] ?? "", /schema 1\.0\.0\) holds no decisions/);
  const [change] = compare(old, without("web")).findings;
  assert.equal(change?.decisionBefore, null);
});

test("reports the wrong way round are noticed", () => {
  const later = { ...report, window: { ...report.window, to: "2026-01-02T00:00:00.000000Z" } };
  assert.match(compare(later, report).limits[0] ?? "", /the right way round/);
  assert.deepEqual(compare(report, later).limits, []);
});

test("actions and contradictions come, go and move by their ids", () => {
  const contradiction = {
    id: "c1",
    kind: "image-differs",
    workload: sampleWorkload("web"),
    declared: "a",
    observed: "b",
    meaning: "m",
    evidence: [],
  } as const;
  const after = {
    ...report,
    actions: [sampleAction({ decision: "soon" }), sampleAction({ id: "a2" })],
    contradictions: [contradiction],
  };
  const forth = compare(report, after);
  assert.deepEqual(
    forth.actions.map(({ id, kind }) => [id, kind]),
    [
      ["a1", "changed"],
      ["a2", "new"],
    ],
  );
  assert.deepEqual(forth.contradictions[0]?.kind, "new");
  const back = compare(after, report);
  assert.deepEqual(
    back.actions.map(({ kind }) => kind),
    ["changed", "gone"],
  );
  assert.equal(back.contradictions[0]?.kind, "gone");
});

test("decisions that moved come first, and the order of the inputs never shows", () => {
  const after = {
    ...report,
    findings: report.findings.map((one) =>
      one.workload.name === "web"
        ? { ...one, vulnerability: { ...one.vulnerability, severity: "Low" as const } }
        : { ...one, decision: sampleDecision("act-now") },
    ),
  };
  const lines = told(report, after);
  assert.deepEqual(
    lines.map((line) => line.split(" ")[1]),
    ["api", "web"],
  );
  const turned = { ...after, findings: after.findings.toReversed() };
  assert.deepEqual(told({ ...report, findings: report.findings.toReversed() }, turned), lines);
});
