/** Tests of `sarif-text.ts`, `describe-rule.ts`, `describe-result.ts`: limits, places, ids. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContextReport } from "../../../testing/sample-documents.ts";
import { sampleEvidence } from "../../../testing/sample-judgement.ts";
import { backgroundOf } from "../vex/describe-statement.ts";
import { describeResult } from "./describe-result.ts";
import { describeRule, ruleKey } from "./describe-rule.ts";
import { placeUri, relativeUri, sarifId, sarifMessage } from "./sarif-text.ts";

const report = sampleContextReport();
const background = backgroundOf(report);
const [finding] = report.findings;
assert.ok(finding !== undefined);

test("text and ids are cut to what code scanning takes", () => {
  assert.equal(sarifMessage("x".repeat(5000)).text.length, 1000);
  assert.equal(sarifId("x".repeat(5000)).length, 255);
  assert.equal(sarifId("a\nb"), "a\\nb");
});

test("a path becomes a relative address without scheme, query or step up", () => {
  assert.equal(relativeUri("/usr/lib/a b.so"), "usr/lib/a%20b.so");
  assert.equal(relativeUri("c:/../x?y#z"), "c%3A/x%3Fy%23z");
  assert.equal(relativeUri("../.."), "unknown");
  assert.equal(relativeUri("a\ud800"), "a%EF%BF%BD");
});

test("a package without a place is named; an image without a reference goes by its digest", () => {
  const bare = { ...finding, image: { reference: "", digest: "sha256:1" } };
  assert.equal(placeUri(bare), "sha256%3A1/libssl");
});

test("a rule keeps its id whichever package of the source is used most", () => {
  const { packages } = finding;
  const other = packages.at(-1)?.package ?? finding.package;
  assert.notEqual(other.name, finding.package.name);
  assert.equal(ruleKey({ ...finding, package: other }, background), ruleKey(finding, background));
  const rule = describeRule("r", [finding], background);
  assert.equal(rule["helpUri"], "https://nvd.nist.gov/vuln/detail/CVE-2022-0778");
});

test("a result has at most five proofs, and counts all", () => {
  const ids = [...Array(9).keys()].map(String);
  const evidence = Object.fromEntries(ids.map((id) => [id, sampleEvidence({ id })]));
  const result = describeResult({
    finding: { ...finding, usage: { ...finding.usage, evidence: ids } },
    rule: { id: "r", index: 0 },
    report: { ...report, evidence },
    background,
  });
  const { relatedLocations, properties } = result as {
    relatedLocations: readonly unknown[];
    properties: { evidenceCount: number };
  };
  assert.deepEqual([relatedLocations.length, properties.evidenceCount], [5, 9]);
});
