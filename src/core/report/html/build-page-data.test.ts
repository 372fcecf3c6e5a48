/** Holds what of a report reaches a page: bounded, counted, visible. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hostileTexts, sampleHostileReport } from "../../../testing/sample-hostile-report.ts";
import { sampleLargeReport } from "../../../testing/sample-large-report.ts";
import { makeVisible } from "../safe-text.ts";
import { buildPageData, pageBounds } from "./build-page-data.ts";

const small = { findingCount: 30, workloadCount: 6 };

test("what is beyond a bound is counted in words, never dropped silently", () => {
  const report = sampleLargeReport(small);
  const [flow] = report.flows;
  assert.ok(flow);
  const flows = Array.from({ length: pageBounds.flows + 7 }, () => flow);
  const data = buildPageData({ ...report, flows });
  assert.equal(data.flows.length, pageBounds.flows);
  assert.deepEqual(data.leftOut, ["7 flows are in the JSON report only."]);
});

test("proofs of a finding beyond its bound are counted beside it", () => {
  const report = sampleLargeReport(small);
  const [first] = report.findings;
  assert.ok(first);
  const evidence = Array.from({ length: 9 }, (_, index) => `e${index}`);
  const usage = { ...first.usage, evidence };
  const data = buildPageData({ ...report, findings: [{ ...first, usage }] });
  assert.equal(data.findings[0]?.usage.evidence.length, pageBounds.evidencePerFinding);
  assert.equal(data.findings[0]?.usage.leftOutCount, 9 - pageBounds.evidencePerFinding);
});

test("all text of a page is visible and cut", () => {
  const data = buildPageData(sampleHostileReport());
  const texts: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === "string") texts.push(value);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(walk);
  };
  walk(data);
  assert.deepEqual(
    texts.filter((text) => makeVisible(text, 300) !== text),
    [],
  );
  const bidi = hostileTexts.find((text) => text.includes("\u202e")) ?? "";
  assert.ok(texts.includes(makeVisible(bidi)), "the hostile text is there, written out");
});

test("ids are as long as tells them apart", () => {
  const report = sampleLargeReport(small);
  const findings = report.findings.map((one, index) => ({
    ...one,
    id: `0123456789ab${String(index).padStart(4, "0")}`,
  }));
  const data = buildPageData({ ...report, findings, actions: [] });
  assert.equal(data.idLength, 16);
  assert.equal(new Set(data.findings.map(({ id }) => id)).size, findings.length);
});

test("an exec id that node, start and pid make up keeps its start alone; others stay", () => {
  const report = sampleLargeReport(small);
  const data = buildPageData(report);
  const short = data.evidence.filter(({ execId }) => /^~\d+$/.test(execId));
  assert.ok(short.length > 0);
  for (const { id, execId, node, pid } of short) {
    const whole = Buffer.from(`${node}:${execId.slice(1)}:${pid}`).toString("base64");
    assert.equal(whole, report.evidence[id]?.execId);
  }
  const [id] = Object.keys(report.evidence);
  assert.ok(id);
  const proof = report.evidence[id];
  assert.ok(proof);
  const odd = { ...report.evidence, [id]: { ...proof, execId: "not base64 at all" } };
  const kept = buildPageData({ ...report, evidence: odd }).evidence.find((one) => one.id === id);
  assert.equal(kept?.execId, "not base64 at all");
  // The script would take it for a start, and `btoa` takes no such name.
  const posing = { ...report.evidence, [id]: { ...proof, node: "Ł", execId: "~1" } };
  const posed = buildPageData({ ...report, evidence: posing }).evidence;
  assert.equal(posed.find((one) => one.id === id)?.execId, "");
});

test("actions point at the findings of the page by place", () => {
  const data = buildPageData(sampleLargeReport(small));
  const [action] = data.actions;
  assert.ok(action && action.findings.length > 0);
  const names = action.findings.map((index) => data.findings[index]?.package.name);
  assert.deepEqual([...new Set(names)], [action.package]);
});
