/** Holds what the first screen says in each case. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleLargeReport } from "../../../testing/sample-large-report.ts";
import { renderNow } from "./section-now.ts";

const report = sampleLargeReport({ findingCount: 300, workloadCount: 20 });
const titleOf = (given: Partial<typeof report>) =>
  /<h1[^>]*>([^<]*)</.exec(String(renderNow({ ...report, ...given })))?.[1];
const only = (decision: string) => report.actions.filter((one) => one.decision === decision);

test("the title says how much is due, and never more", () => {
  assert.equal(titleOf({}), `Do ${only("act-now").length} things now`);
  assert.equal(titleOf({ actions: only("act-now").slice(0, 1) }), "Do 1 thing now");
  assert.equal(titleOf({ actions: only("soon").slice(0, 2) }), "Nothing is due now, 2 things soon");
  const later = only("next-upgrade").slice(0, 3);
  assert.equal(titleOf({ actions: later }), "Nothing is due now: 3 actions planned");
  assert.equal(titleOf({ actions: [] }), "300 findings, and no action for them");
  assert.equal(titleOf({ actions: [], findings: [] }), "No finding");
});

test("an action names its deadline, its places, what it removes and its proof", () => {
  const [action] = report.actions;
  assert.ok(action);
  const page = String(renderNow({ ...report, actions: [action] }));
  assert.ok(page.includes("within 3 days"));
  assert.ok(page.includes(`data-open="a:${action.id}"`));
  assert.ok(page.includes(`#findings?action=${action.id}`));
  assert.ok(page.includes(`#map?path=${action.id}`));
});

test("what does not remove findings does not say so, and no way is no link to the map", () => {
  const [first] = report.actions;
  assert.ok(first);
  const watch = { ...first, kind: "watch" as const };
  const drop = { ...first, kind: "drop-privilege" as const };
  assert.match(String(renderNow({ ...report, actions: [watch] })), /Would settle <a/);
  assert.match(String(renderNow({ ...report, actions: [drop] })), /Lowers <a/);
  assert.doesNotMatch(String(renderNow({ ...report, workloads: [] })), /#map\?path/);
});

test("a finding that nothing proves is said to be unproved", () => {
  const [first] = report.actions;
  assert.ok(first);
  const page = String(renderNow({ ...report, actions: [first], evidence: {} }));
  assert.match(page, /No event proves the use of it/);
  assert.doesNotMatch(page, /at byte/);
});
