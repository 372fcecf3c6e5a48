/** Tests of `fill-report.ts`: what is missing is filled in, what is there is left. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContextReport } from "../testing/sample-documents.ts";
import { fillReport } from "./fill-report.ts";

test("a whole report stays as it is, and what is no report too", () => {
  const report = sampleContextReport();
  assert.deepEqual(fillReport(report), report);
  for (const odd of [null, 3, "x", [1]]) assert.deepEqual(fillReport(odd), odd);
});

test("what is missing stands as unknown, beside odd members that the schema will refuse", () => {
  const filled = fillReport({ findings: [{ id: "f" }, 3], funnel: { stages: 1 } });
  const { findings, flows, funnel } = filled as {
    findings: readonly [{ id: string; waiver: null; exposure: { exposed: string } }, number];
    flows: readonly unknown[];
    funnel: { actNow: number; stages: number };
  };
  assert.deepEqual([findings[0].id, findings[0].waiver, findings[1]], ["f", null, 3]);
  assert.equal(findings[0].exposure.exposed, "unknown");
  assert.deepEqual([flows, funnel.actNow, funnel.stages], [[], 0, 1]);
});
