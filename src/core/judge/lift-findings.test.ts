/** Tests that incidents lift findings, and that without incidents nothing is touched. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleIncident } from "../../testing/sample-incident.ts";
import {
  sampleImage,
  sampleJudgedPackage,
  sampleJudgement,
  sampleMatch,
  samplePackage,
  sampleSettings,
  sampleUsage,
  sampleVulnerability,
} from "../../testing/sample-judgement.ts";
import { closedExposure, sampleContext } from "../../testing/sample-workload-context.ts";
import type { Incident } from "./incident/incident.ts";
import { liftFindings } from "./lift-findings.ts";

const vector = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";

function imageOf(name: string) {
  const one = samplePackage({ name: `${name}-package` });
  return sampleImage({
    workload: { cluster: "", namespace: "shop", kind: "Deployment", name, container: name },
    context: sampleContext({ exposure: closedExposure }),
    packages: [sampleJudgedPackage(one, sampleUsage("in-use"))],
    matches: [
      sampleMatch(one, sampleVulnerability({ cvssVector: vector })),
      sampleMatch(one, sampleVulnerability({ id: "CVE-2024-0002", cvssVector: vector })),
    ],
  });
}

const judgement = sampleJudgement([imageOf("web"), imageOf("api")]);
const [first] = judgement.findings.filter(({ workload }) => workload.name === "web");
assert.ok(first !== undefined);
const incident: Incident = {
  ...sampleIncident(),
  ...{ id: "i1", state: "open", severity: "high", workloads: [first.workload] },
  possibleCauses: [
    {
      ...{ findingId: first.id, vulnerability: first.vulnerability.id, packageName: "p" },
      ...{ packageVersion: "1", decision: first.decision.name, why: "the service used it" },
    },
  ],
};

test("findings are decided with the incident, and the incident tells the new decision", () => {
  const lifted = liftFindings({ judgement, incidents: [incident] }, sampleSettings);
  const decided = lifted.judgement.findings.map(({ workload, decision }) => [
    workload.name,
    decision.name,
  ]);
  assert.deepEqual(decided, [
    ["web", "act-now"],
    ["web", "scheduled"],
    ["api", "next-upgrade"],
    ["api", "next-upgrade"],
  ]);
  const [cause] = lifted.incidents[0]?.possibleCauses ?? [];
  assert.deepEqual([cause?.findingId, cause?.decision], [first.id, "act-now"]);
});

test("the plan puts it first and says why, and counts follow", () => {
  const { actions, funnel } = liftFindings(
    { judgement, incidents: [incident] },
    sampleSettings,
  ).judgement;
  assert.equal(actions[0]?.decision, "act-now");
  assert.match(actions[0]?.because[0] ?? "", /^under attack: it may be how incident i1 /);
  assert.match(actions[0]?.because[0] ?? "", /\(raises 2 findings\)$/);
  assert.doesNotMatch(actions.at(-1)?.because.join() ?? "", /under attack/);
  assert.deepEqual([judgement.funnel.actNow, funnel.actNow], [0, 1]);
});

test("without an incident that weighs all stays the very same", () => {
  for (const incidents of [[], [{ ...incident, state: "closed" as const }]]) {
    const lifted = liftFindings({ judgement, incidents }, sampleSettings);
    assert.equal(lifted.judgement, judgement);
    assert.equal(lifted.incidents, incidents);
  }
});
