/** Tests of `exposure.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleEdge, sampleWorkloadContext } from "../testing/sample-edges.ts";
import { sampleWorkload } from "../testing/sample-judgement.ts";
import { shopReport } from "../testing/sample-shop.ts";
import { savedReport } from "../testing/saved-report.ts";
import { exposure } from "./exposure.ts";

const report = {
  ...shopReport,
  workloads: [
    sampleWorkloadContext(),
    sampleWorkloadContext({ workload: sampleWorkload("other") }),
  ],
  flows: [sampleEdge()],
};

test("a workload is told with its own flows, findings and proofs", async () => {
  const asked = { report: "report.json", workload: "shop/web" };
  const { workloads } = await exposure.run(asked, savedReport(report));
  const [web] = workloads;
  assert.equal(workloads.length, 1);
  assert.equal(web?.flows.length, 1);
  assert.deepEqual(
    web?.findings.map(({ workload }) => workload.name),
    ["web"],
  );
  assert.deepEqual(
    web?.proofs.map(({ id }) => id),
    ["e1"],
  );
});

test("another workload has none of them", async () => {
  const asked = { report: "report.json", workload: "other" };
  const { workloads } = await exposure.run(asked, savedReport(report));
  assert.equal(workloads[0]?.flows.length, 0);
  assert.equal(workloads[0]?.findings.length, 0);
});
