/** Tests what is said of the grounds of a decision. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleDecision } from "../../testing/sample-documents.ts";
import { describeDeadline, describeDue, describeGrounds } from "./describe-decision.ts";

test("the row, each answer with what it rests on, and each modifier are told", () => {
  const decision = sampleDecision("soon", {
    row: "kev=no exposed=yes automatable=yes impact=total",
    byTable: "act-now",
    inputs: [
      { name: "exposed", value: "yes", basis: "a flow", assumed: false },
      { name: "impact", value: "total", basis: "no vector", assumed: true },
    ],
    modifiers: [
      { name: "usage", effect: "lowers", because: "not observed" },
      { name: "role", effect: "limited", because: "a limit" },
      { name: "reach", effect: "none", because: "nothing powerful" },
      { name: "privilege", effect: "raises", because: "the host's rights" },
    ],
  });
  assert.deepEqual(describeGrounds(decision), [
    "row kev=no exposed=yes automatable=yes impact=total of the table: act now",
    "  exposed to the internet: yes · a flow",
    "  impact: total, assumed · no vector",
    "  usage lowers it by one step · not observed",
    "  role may not lower it · a limit",
    "  reach changes nothing · nothing powerful",
    "  privilege raises it by one step · the host's rights",
  ]);
});

test("a report of a version without the table has no grounds to tell", () => {
  assert.deepEqual(describeGrounds(sampleDecision("soon", { row: "", inputs: [] })), []);
});

test("a deadline is told where there is one, and what else is to be done by then", () => {
  const due = sampleDecision("act-now", { deadlineDays: 3, forensics: true });
  assert.equal(describeDue(due), "act now, within 3 days; look whether it was exploited");
  assert.equal(describeDeadline(due), "act now, within 3 days");
  assert.equal(describeDue(sampleDecision("next-upgrade")), "next upgrade");
});
