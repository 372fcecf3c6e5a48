/** Tests by which names a workload is found. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleWorkloadContext } from "../../testing/sample-edges.ts";
import { sampleJudgement, sampleReport, sampleWorkload } from "../../testing/sample-judgement.ts";
import { findWorkloads } from "./find-workloads.ts";

const sidecar = { ...sampleWorkload(), container: "sidecar" };
const report = sampleReport({
  ...sampleJudgement([]),
  workloads: [sampleWorkload(), sidecar, { ...sampleWorkload(), namespace: "other" }].map(
    (workload) => sampleWorkloadContext({ workload }),
  ),
});
const found = (name: string) => findWorkloads(report, name).workloads.length;

test("a workload is found by each of its names, and all that fit are given", () => {
  assert.equal(found("shop/web"), 2);
  assert.equal(found("shop/web/sidecar"), 1);
  assert.equal(found("sidecar"), 1);
  assert.equal(found("web"), 3);
  assert.equal(found("deployment/web"), 3);
  assert.equal(found("other/web"), 1);
});

test("of what is not found the nearest names are told", () => {
  assert.deepEqual(findWorkloads(report, "shop/wep").near.slice(0, 1), ["shop/web"]);
  assert.deepEqual(findWorkloads(report, "zzzzzzzzzzzz"), { workloads: [], near: [] });
});
