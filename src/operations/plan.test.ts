/** Tests of `plan.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decisionNames } from "../core/judge/decide/decision.ts";
import { shopReport } from "../testing/sample-shop.ts";
import { savedReport } from "../testing/saved-report.ts";
import { plan } from "./plan.ts";

const [action] = shopReport.actions;
assert.ok(action !== undefined);
const actions = decisionNames.map((decision) => ({ ...action, id: decision, decision }));
const context = savedReport({ ...shopReport, actions });

test("what is more urgent than asked for is listed too, the rest is not", async () => {
  const listed = async (decision?: (typeof decisionNames)[number]) => {
    const output = await plan.run({ report: "report.json", decision }, context);
    return output.actions.map(({ id }) => id);
  };
  assert.deepEqual(await listed(), [...decisionNames]);
  assert.deepEqual(await listed("soon"), ["act-now", "soon"]);
  assert.deepEqual(await listed("act-now"), ["act-now"]);
});

test("a report of before there were decisions has no plan, and that is said", async () => {
  const findings = shopReport.findings.map((finding) => ({
    ...finding,
    decision: { ...finding.decision, row: "" },
  }));
  const old = savedReport({ ...shopReport, schemaVersion: "1.0.0", findings });
  await assert.rejects(plan.run({ report: "report.json" }, old), /schema 1\.0\.0.*no plan/);
});
