/** Tests of the parts of a comparison: places, fields, causes, and how they are told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContextReport, sampleDecision } from "../../../testing/sample-documents.ts";
import { sampleWorkload } from "../../../testing/sample-judgement.ts";
import { compareFields } from "./compare-findings.ts";
import { describeDiff } from "./describe-change.ts";
import { diffReports } from "./diff-reports.ts";
import { explainFields } from "./explain-change.ts";
import { indexReport, packageKey, placeOf } from "./report-index.ts";
import { tellIncidentLift } from "./tell-incident-lift.ts";

const report = sampleContextReport();
const [finding] = report.findings;
assert.ok(finding !== undefined);

test("a workload is the same when only its cluster got a name", () => {
  const workload = sampleWorkload();
  assert.equal(placeOf({ ...workload, cluster: "prod" }), placeOf(workload));
  assert.notEqual(placeOf({ ...workload, namespace: "other" }), placeOf(workload));
});

test("an index knows versions of packages with and without findings", () => {
  const { versions, isDecided } = indexReport(report);
  const key = packageKey(finding.workload, finding.package);
  assert.deepEqual([...(versions.get(key) ?? [])], ["1.1.1k-1"]);
  assert.equal(isDecided, true);
});

test("fields that only newer reports hold are compared where both hold them", () => {
  const later = { ...finding, decision: sampleDecision("soon") };
  assert.deepEqual(compareFields(finding, later, true), [
    { field: "decision", before: "act-now", after: "soon" },
  ]);
  assert.deepEqual(compareFields(finding, later, false), []);
});

test("a decision that moved by a modifier says which", () => {
  const modifier = { name: "role", effect: "raises", because: "it is a database" } as const;
  const later = { ...finding, decision: sampleDecision("act-now", { modifiers: [modifier] }) };
  const changes = [{ field: "decision", before: "soon", after: "act-now" }] as const;
  assert.deepEqual(explainFields(changes, finding, later), [
    { cause: "exposure-changed", detail: "role raises: it is a database" },
  ]);
});

test("a decision that an incident moved says so, and so does its end", () => {
  const because = "incident i1 (high) is open in the workload";
  const modifiers = [{ name: "incident", effect: "raises", because }] as const;
  const raised = { ...finding, decision: sampleDecision("act-now", { modifiers }) };
  const calm = { ...finding, decision: sampleDecision("soon") };
  const changes = [{ field: "decision", before: "", after: "" }] as const;
  assert.deepEqual(explainFields(changes, calm, raised), [
    { cause: "incident", detail: `under attack: ${because}` },
  ]);
  assert.deepEqual(explainFields(changes, raised, calm), [
    { cause: "incident", detail: `no open incident raises it any more (${because})` },
  ]);
  assert.equal(tellIncidentLift(raised.decision, raised.decision), "");
});

test("sections without a change are not told", () => {
  const named = { name: "a", report };
  assert.deepEqual(describeDiff(diffReports(named, named)), []);
});
