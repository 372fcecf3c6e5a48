/** Holds what is said about what could not be seen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shopReport } from "../../testing/sample-shop.ts";
import type { CoverageSummary } from "../judge/verdict.ts";
import type { Report } from "./report.ts";
import { summarizeCoverage } from "./summarize-coverage.ts";

const say = (report: Report) =>
  summarizeCoverage(report)
    .map(({ weight, text }) => `${weight}: ${text}`)
    .join("\n");

function withFirst(change: Partial<CoverageSummary>): Report {
  const [first, ...others] = shopReport.coverage;
  if (first === undefined) throw new Error("the shop has containers");
  return { ...shopReport, coverage: [{ ...first, ...change }, ...others] };
}

test("containers without an SBOM or a scan are named", () => {
  assert.match(say(withFirst({ sbom: "" })), /gap: shop\/web is joined to no SBOM/);
  assert.match(say(withFirst({ scan: "" })), /gap: shop\/web is joined to no scan/);
});

test("containers older than the sensors are named", () => {
  assert.match(say(withFirst({ fromStart: false })), /gap: shop\/web ran before the sensors/);
});

test("losses are counted, and a mere possibility is named without a count", () => {
  const losses = [
    { reason: "ring-buffer", count: 1200, detail: "" },
    { reason: "cut-file", count: 0, detail: "" },
  ];
  assert.match(say(withFirst({ losses })), /lost: ring-buffer \(1,200\), cut-file\./);
});

test("sensors that are missing, and policies that were not given, are said", () => {
  assert.match(say(shopReport), /Sensors: exec; not seen: loader, open, mmap\./);
  const [first] = shopReport.coverage;
  const sensors = (first?.sensors ?? []).map((one) => ({
    ...one,
    basis: "inferred" as const,
    policy: "files",
  }));
  assert.match(say(withFirst({ sensors })), /pass the policies/);
});

test("no packages are not counted", () => {
  assert.doesNotMatch(say({ ...shopReport, packages: [] }), /packages?:/);
});

test("a host is not asked for an SBOM", () => {
  const workload = { cluster: "", namespace: "", kind: "Host", name: "node-1", container: "" };
  assert.doesNotMatch(say(withFirst({ workload, sbom: "" })), /no SBOM/);
});
