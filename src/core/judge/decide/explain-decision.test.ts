/** Holds the sentences of a decision. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleDraft, sampleUsage } from "../../../testing/sample-judgement.ts";
import { closedExposure, sampleContext } from "../../../testing/sample-workload-context.ts";
import { decideByInputs } from "./decide-finding.ts";
import { explainDecision, explainDecisionChanges } from "./explain-decision.ts";

const whole = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const exploited = { dateAdded: "2024-01-01", dueDate: "", ransomware: false };

function explain(...given: Parameters<typeof sampleDraft>) {
  const { finding, facts } = sampleDraft(...given);
  return {
    reasons: explainDecision(finding.decision),
    changes: explainDecisionChanges(finding.decision, facts),
  };
}

test("the first sentence says when to act, and by which answers", () => {
  const context = sampleContext();
  const { reasons } = explain({ cvssVector: whole }, sampleUsage("in-use"), { context });
  assert.deepEqual(reasons, [
    "act now within 3 days: not known to be exploited, exposed to the internet, automatable, " +
      "total impact",
  ]);
});

test("to look for exploitation is said, and what had to be assumed with its reason", () => {
  const { reasons } = explain({ knownExploited: exploited }, sampleUsage("in-use"));
  assert.match(reasons[0] ?? "", /look whether it was exploited already: known to be exploited/);
  assert.match(reasons[0] ?? "", /exposed to the internet \(assumed\)/);
  assert.match(reasons[1] ?? "", /^rests on what is assumed \(exposed: .*; impact: /);
});

test("a limit that keeps a finding up is said", () => {
  const given = { cvssVector: whole };
  const { reasons } = explain(given, sampleUsage("not-observed"), { context: sampleContext() });
  assert.match(reasons.join("\n"), /not observed in use, but what is exposed and automatable/);
});

test("what would raise stands before what would lower, one change at a time", () => {
  const context = sampleContext();
  const partial = whole.replace("/A:H", "/A:N");
  const { changes } = explain({ cvssVector: partial }, sampleUsage("in-use"), { context });
  assert.deepEqual(changes, [
    "raise: to act-now, were it known to be exploited",
    "raise: to act-now, were its impact total",
    "lower: to scheduled, were the workload shown not to be exposed to the internet",
    "lower: to scheduled, were it shown that no attack can be automated",
  ]);
});

test("use is said to raise what its absence lowered", () => {
  const context = sampleContext();
  const vector = whole.replace("AV:N", "AV:L");
  const { changes } = explain({ cvssVector: vector }, sampleUsage("not-observed"), { context });
  assert.ok(changes.includes("raise: to soon, were the package seen in use"), changes.join("\n"));
});

test("an open incident is said, also where it raises nothing, and what its end would do", () => {
  const { finding, facts } = sampleDraft({ cvssVector: whole }, sampleUsage("in-use"));
  const incident = { isCause: false, because: "incident i1 (high) is open in the workload" };
  const attacked = { ...facts, incident };
  const inputs = finding.decision.inputs;
  const decided = decideByInputs(inputs, attacked);
  assert.ok(explainDecision(decided).includes(incident.because));
  const partial = inputs.map((one) =>
    one.name === "impact" ? { ...one, value: "partial", assumed: false } : one,
  );
  const raised = decideByInputs(partial, attacked);
  assert.ok(explainDecision(raised).includes(`raises it: ${incident.because}`));
  const changes = explainDecisionChanges(raised, attacked);
  assert.ok(changes.includes("lower: to soon, once no incident is open"), changes.join("\n"));
});

test("what would change nothing is not said", () => {
  const context = sampleContext({ exposure: closedExposure });
  const vector = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N";
  const { changes } = explain({ cvssVector: vector }, sampleUsage("in-use"), { context });
  assert.doesNotMatch(changes.join("\n"), /impact/);
});
