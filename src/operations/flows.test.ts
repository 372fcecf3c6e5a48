/** Tests of `flows.ts`, and through it of `obtain-report.ts` and `require-workloads.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleEdge, sampleWorkloadContext, sampleWorkloadEnd } from "../testing/sample-edges.ts";
import { sampleWorkload } from "../testing/sample-judgement.ts";
import { shopReport } from "../testing/sample-shop.ts";
import { savedReport } from "../testing/saved-report.ts";
import { flows } from "./flows.ts";
import { obtainReport } from "./obtain-report.ts";
import { requireWorkloads } from "./require-workloads.ts";

const api = sampleWorkload("api");
const report = {
  ...shopReport,
  workloads: [sampleWorkloadContext(), sampleWorkloadContext({ workload: api })],
  flows: [sampleEdge(), sampleEdge({ from: sampleWorkloadEnd(), to: sampleWorkloadEnd(api) })],
};
const context = savedReport(report);

test("all flows are told, or those of one workload at either end", async () => {
  const all = await flows.run({ report: "report.json" }, context);
  assert.equal(all.report.flows.length, 2);
  const some = async (workload: string) =>
    (await flows.run({ report: "report.json", workload }, context)).report.flows.length;
  assert.equal(await some("shop/api"), 1);
  assert.equal(await some("web"), 2);
});

test("a workload that is not in the report is refused with the nearest names", () => {
  assert.throws(() => requireWorkloads(report, "shop/apj"), /No workload "shop\/apj".*shop\/api/);
  assert.throws(() => requireWorkloads(report, "x\u001b[2J"), /"x\\x1b\[2J"/);
});

test("a saved report is read, and without one there must be events", async () => {
  const read = await obtainReport({ report: "report.json" }, context);
  assert.deepEqual(read.flows, JSON.parse(JSON.stringify(report.flows)));
  await assert.rejects(obtainReport({}, context), /No events/);
});

test("a saved report without context, of another major or beside sources is refused", async () => {
  const old = savedReport({ ...report, schemaVersion: "1.0.0" });
  await assert.rejects(flows.run({ report: "report.json" }, old), /schema 1\.0\.0.*no flows/);
  for (const schemaVersion of ["2.0.0", "", "1.\u001b[2J"]) {
    const other = savedReport({ ...report, schemaVersion });
    await assert.rejects(flows.run({ report: "report.json" }, other), /reads 1\.x/, schemaVersion);
  }
  const both = { report: "report.json", events: ["x"], tetragonMetrics: ["y"] };
  await assert.rejects(flows.run(both, context), /events, tetragon-metrics/);
});
