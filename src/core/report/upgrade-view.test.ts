/** Holds what is gathered about an upgrade before it is printed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleWorkload } from "../../testing/sample-judgement.ts";
import { shopReport } from "../../testing/sample-shop.ts";
import { atLeast, describeChange, nameVulnerability } from "./render-upgrade.ts";
import { nameWorkload, proofsOf, viewUpgrades } from "./upgrade-view.ts";

const [view] = viewUpgrades(shopReport);
const [upgrade] = shopReport.upgrades;

test("an upgrade is shown with its findings, vulnerabilities and first proof", () => {
  assert.equal(view?.upgrade.package, "openssl");
  assert.deepEqual(view?.findings, view?.vulnerabilities);
  assert.equal(view?.proof?.id, "e1");
});

test("the step is named, and the smaller one that is enough where it differs", () => {
  assert.ok(view !== undefined && upgrade !== undefined);
  assert.equal(describeChange(view), "openssl 1.1.1k-1 → 1.1.1n-0 (deb)");
  const smaller = { ...upgrade, atLeast: "1.1.1l-0" };
  assert.equal(atLeast(smaller), ", at least 1.1.1l-0");
  const many = { ...view, from: ["1", "2", "3"] };
  assert.match(describeChange(many), /3 versions/);
});

test("a vulnerability is named with what makes it urgent, and no more", () => {
  const [finding] = shopReport.findings;
  assert.ok(finding !== undefined);
  const plain = { ...finding.vulnerability, kev: null, epss: null, cvssScore: null };
  assert.equal(nameVulnerability({ ...finding, vulnerability: plain }), "CVE-2022-0778 (Critical)");
});

test("workloads are named shortly, and what never ran is said", () => {
  const web = sampleWorkload("web");
  assert.equal(nameWorkload(web), "shop/web");
  assert.equal(nameWorkload({ ...web, container: "proxy" }), "shop/web/proxy");
  assert.equal(nameWorkload({ ...web, namespace: "" }), "web");
  assert.match(nameWorkload({ ...web, kind: "Image" }), /never seen running/);
});

test("evidence that is not in the report is left out, keys of every object included", () => {
  assert.deepEqual(proofsOf(["e1", "missing", "constructor", "__proto__"], shopReport), [
    shopReport.evidence["e1"],
  ]);
});
