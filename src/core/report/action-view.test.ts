/** Holds what is gathered about an action before it is printed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shopReport } from "../../testing/sample-shop.ts";
import { viewActions } from "./action-view.ts";
import { atLeast, describeAction, nameVulnerability } from "./render-action.ts";

const [view] = viewActions(shopReport);
const [action] = shopReport.actions;

test("an action is shown with its findings, vulnerabilities and first proof", () => {
  assert.equal(view?.action.package, "openssl");
  assert.deepEqual(view?.findings, view?.vulnerabilities);
  assert.equal(view?.proof?.id, "e1");
  assert.equal(view?.urgentCount, 1);
});

test("the step is named, and the smaller one that is enough where it differs", () => {
  assert.ok(view !== undefined && action !== undefined);
  assert.equal(describeAction(view), "openssl 1.1.1k-1 → 1.1.1n-0 (deb)");
  const smaller = { ...action, atLeast: "1.1.1l-0" };
  assert.equal(atLeast(smaller), ", at least 1.1.1l-0");
  const many = { ...view, from: ["1", "2", "3"] };
  assert.match(describeAction(many), /3 versions/);
});

test("what is no upgrade of one package is said in the plan's own words", () => {
  assert.ok(view !== undefined && action !== undefined);
  const rebuilt = { ...view, action: { ...action, kind: "rebuild-on-base" as const } };
  assert.equal(describeAction(rebuilt), action.title);
});

test("the same upgrade of two images is one entry, another kind of action stays apart", () => {
  assert.ok(action !== undefined);
  const twin = { ...action, id: "twin", image: { reference: "registry.example/b:1", digest: "" } };
  const other = { ...action, id: "other", kind: "watch" as const };
  const views = viewActions({ ...shopReport, actions: [action, twin, other] });
  assert.deepEqual(
    views.map((one) => [one.action.kind, one.workloads.length, one.findings.length]),
    [
      ["upgrade-package", 2, 1],
      ["watch", 1, 1],
    ],
  );
});

test("a vulnerability is named with what makes it urgent, and no more", () => {
  const [finding] = shopReport.findings;
  assert.ok(finding !== undefined);
  const plain = { ...finding.vulnerability, kev: null, epss: null, cvssScore: null };
  assert.equal(nameVulnerability({ ...finding, vulnerability: plain }), "CVE-2022-0778 (Critical)");
});
