/** Holds that each workload has one number, whoever names it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleWorkload } from "../../../testing/sample-judgement.ts";
import { sampleLargeReport } from "../../../testing/sample-large-report.ts";
import { numberWorkloads } from "./page-workloads.ts";

test("workloads of contexts, containers and findings are one list", () => {
  const report = sampleLargeReport({ findingCount: 20, workloadCount: 9 });
  const numbers = numberWorkloads(report);
  const extra = numbers.numberOf(sampleWorkload("only-a-finding-names-it"));
  assert.equal(extra, 9);
  assert.equal(numbers.numberOf(null), -1);
  const list = numbers.list();
  assert.equal(list.length, 10);
  assert.equal(list[9]?.name, "shop/only-a-finding-names-it");
  assert.equal(list[9]?.context, null);
  assert.equal(list[0]?.containers.length, 1);
  for (const { workload } of report.findings) assert.ok(numbers.numberOf(workload) < 9);
});
