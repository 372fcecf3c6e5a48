/** Tests of OpenVEX documents: honest statuses, and that Grype finds each by its match. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findStatements } from "../../../testing/grype-vex.ts";
import {
  sampleContextReport,
  sampleDigest,
  sampleWaiver,
} from "../../../testing/sample-documents.ts";
import type { Finding } from "../../judge/verdict.ts";
import type { Report } from "../report.ts";
import { renderOpenVex } from "./render-openvex.ts";

const image = { tags: [], repoDigests: [`registry.example/shop/front@${sampleDigest}`] };
const product = `pkg:oci/front@sha256%3A${sampleDigest.slice(7)}`;
const library = "pkg:deb/debian/libssl@1.1.1k-1?arch=amd64";
const tool = "pkg:deb/debian/ssl-tool@1.1.1k-1?arch=amd64";

/** What Grype finds for a match: status, or "nothing". */
function statusOf(report: Report, purl: string, vulnerability = "GHSA-aaaa-bbbb-cccc"): string {
  const { document } = renderOpenVex(report);
  return findStatements(document, image, { vulnerability, purl })[0]?.status ?? "nothing";
}

const sign =
  (workloads: readonly string[], waiver = sampleWaiver()) =>
  (finding: Finding): Finding =>
    workloads.includes(finding.workload.name) ? { ...finding, waiver } : finding;

test("used is affected with what to do; not observed is under investigation, and no more", () => {
  const { document } = renderOpenVex(sampleContextReport());
  const [used, idle, ...rest] = document.statements;
  assert.deepEqual(rest, []);
  assert.deepEqual(used?.vulnerability, {
    name: "CVE-2022-0778",
    aliases: ["GHSA-aaaa-bbbb-cccc"],
  });
  assert.equal(used?.products[0]?.["@id"], product);
  assert.equal(used?.products[0]?.subcomponents[0]?.["@id"], library);
  assert.equal(used?.status, "affected");
  assert.match(
    used?.action_statement ?? "",
    /^upgrade openssl from 1\.1\.1k-1 to 1\.1\.1n-0 or later \(act now, within 3 days\)\.$/,
  );
  assert.match(
    used?.status_notes ?? "",
    /^shop\/web: in use: .* shop\/api: not observed from 2026/,
  );
  assert.equal(idle?.status, "under_investigation");
  assert.match(idle?.status_notes ?? "", /this is no proof that it cannot be used/);
  assert.equal(idle?.action_statement ?? idle?.justification, undefined);
});

test("Grype finds each statement by its match, by CVE and by GHSA, in this image alone", () => {
  const report = sampleContextReport();
  for (const id of ["CVE-2022-0778", "GHSA-aaaa-bbbb-cccc"]) {
    assert.equal(statusOf(report, library, id), "affected");
    assert.equal(statusOf(report, tool, id), "under_investigation");
  }
  assert.equal(statusOf(report, library, "CVE-2022-0001"), "nothing");
  assert.equal(statusOf(report, library.replace("k-1", "k-2")), "nothing");
  const { document } = renderOpenVex(report);
  const other = { tags: [], repoDigests: [`registry.example/shop/front@sha256:${"0".repeat(64)}`] };
  const match = { vulnerability: "CVE-2022-0778", purl: library };
  assert.deepEqual(findStatements(document, other, match), []);
});

test("only what a person signed for every workload of the image is not affected or fixed", () => {
  const everywhere = sampleContextReport({ change: sign(["web", "api"]) });
  assert.equal(statusOf(everywhere, library), "not_affected");
  const [statement] = renderOpenVex(everywhere).document.statements;
  assert.equal(statement?.justification, "vulnerable_code_not_in_execute_path");
  assert.equal(statement?.impact_statement, "the parser is never called");
  assert.equal(statement?.action_statement, undefined);
  assert.match(statement?.status_notes ?? "", /^Signed: not affected .* by Kim until 2026-12-31/);
  const partly = sampleContextReport({ change: sign(["api"]) });
  assert.equal(statusOf(partly, library), "affected");
  assert.match(renderOpenVex(partly).document.statements[0]?.status_notes ?? "", /cover 1 of 2/);
  const fixed = sampleWaiver({ status: "fixed", justification: null });
  const differing = sampleContextReport({
    change: (finding) => sign(["web"], fixed)(sign(["api"])(finding)),
  });
  assert.equal(statusOf(differing, library), "affected");
  assert.equal(
    statusOf(sampleContextReport({ change: sign(["web", "api"], fixed) }), tool),
    "fixed",
  );
});

test("an accepted risk stays affected; a false positive is not affected with its reason", () => {
  const accepted = sampleWaiver({ status: "accepted", justification: null });
  const report = sampleContextReport({ change: sign(["web", "api"], accepted) });
  const [statement] = renderOpenVex(report).document.statements;
  assert.equal(statement?.status, "affected");
  assert.match(statement?.action_statement ?? "", /^accepted by Kim until 2026-12-31: .* Then: up/);
  const mistaken = sampleWaiver({ status: "false_positive", justification: null });
  const other = sampleContextReport({ change: sign(["web", "api"], mistaken) });
  const [denied] = renderOpenVex(other).document.statements;
  assert.deepEqual(
    [denied?.status, denied?.impact_statement, denied?.justification],
    ["not_affected", "the parser is never called", undefined],
  );
});

test("what is signed away never hides another vulnerability that shares an id with it", () => {
  const report = sampleContextReport();
  const twin = report.findings.map((one) => ({
    ...one,
    id: `${one.id}2`,
    vulnerability: { ...one.vulnerability, id: "CVE-2022-9999" },
  }));
  const signed = report.findings.map(sign(["web", "api"]));
  const both = { ...report, findings: [...signed, ...twin] };
  assert.equal(statusOf(both, library, "CVE-2022-0778"), "not_affected");
  assert.equal(statusOf(both, library, "GHSA-aaaa-bbbb-cccc"), "affected");
  const allSigned = { ...report, findings: [...signed, ...twin.map(sign(["web", "api"]))] };
  assert.equal(statusOf(allSigned, library, "GHSA-aaaa-bbbb-cccc"), "not_affected");
});

test("a package without a purl is left out, and nothing signed may hide its match", () => {
  const report = sampleContextReport({ change: sign(["web", "api"]) });
  const [first] = report.findings;
  assert.ok(first !== undefined);
  const bare = { ...first.package, purl: "" };
  const nameless = {
    ...first,
    id: "bare",
    waiver: null,
    package: bare,
    packages: [{ package: bare, usage: first.usage }],
  };
  const made = renderOpenVex({ ...report, findings: [...report.findings, nameless] });
  assert.match(made.notices[0] ?? "", /^1 statements are left out: their package has no package/);
  assert.ok(made.document.statements.every((one) => one.status !== "not_affected"));
});

test("a statement on a purl without a version is never not affected", () => {
  const report = sampleContextReport({
    change: (finding) => {
      const strip = (one: Finding["package"]) => ({ ...one, purl: one.purl.replace(/@[^?]+/, "") });
      const packages = finding.packages.map((one) => ({ ...one, package: strip(one.package) }));
      return { ...sign(["web", "api"])(finding), packages };
    },
  });
  const statuses = renderOpenVex(report).document.statements.map((one) => one.status);
  assert.deepEqual(statuses, ["affected", "under_investigation"]);
});

test("an image is named by what exists, and left out where nothing does; both are said", () => {
  const byTag = renderOpenVex(sampleContextReport({ digest: "" }));
  assert.equal(byTag.document.statements[0]?.products[0]?.["@id"], "registry.example/shop/front:1");
  assert.match(byTag.notices[0] ?? "", /^2 statements name their image by tag/);
  const report = sampleContextReport({ digest: "" });
  const unnamed = { reference: "", digest: "" };
  const findings = report.findings.map((one) => ({ ...one, image: unnamed }));
  const none = renderOpenVex({ ...report, findings });
  assert.deepEqual(none.document.statements, []);
  assert.match(none.notices[0] ?? "", /^2 statements are left out: nothing names their image/);
});

test("the document is the same for findings in any order, and its id hangs on its content", () => {
  const report = sampleContextReport();
  const turned = { ...report, findings: report.findings.toReversed() };
  const one = renderOpenVex(report).document;
  assert.deepEqual(renderOpenVex(turned).document, one);
  assert.match(one["@id"], /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
  const later = renderOpenVex({ ...report, generatedAt: "2026-02-01T00:00:00Z" }).document;
  assert.equal(later.timestamp, "2026-02-01T00:00:00Z");
  assert.notEqual(later["@id"], one["@id"]);
  assert.equal(one.timestamp, report.window.to);
});
