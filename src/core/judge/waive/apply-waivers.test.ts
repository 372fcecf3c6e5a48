/** Tests of `apply-waivers.ts`, `match-decision.ts`: what a decision covers, and until when. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  sampleImage,
  sampleJudgedPackage,
  sampleJudgement,
  sampleMatch,
  samplePackage,
  sampleUsage,
  sampleVulnerability,
  sampleWorkload,
} from "../../../testing/sample-judgement.ts";
import { ProblemLog } from "../../event/problem.ts";
import { applyWaivers } from "./apply-waivers.ts";
import type { SignedDecision } from "./waiver.ts";

const library = samplePackage({ name: "libssl3", version: "3.0", type: "deb", source: "openssl" });
const tool = samplePackage({ name: "ssl-tool", version: "3.0", type: "deb", source: "openssl" });
const flaw = sampleVulnerability({ id: "GHSA-aaaa", canonicalId: "CVE-2024-0001" });
const images = ["web", "api"].map((name) =>
  sampleImage({
    workload: sampleWorkload(name),
    image: { reference: `registry.example/shop/${name}:1`, digest: `sha256:${name}` },
    packages: [
      sampleJudgedPackage(library, sampleUsage("in-use")),
      sampleJudgedPackage(tool, sampleUsage("not-observed")),
    ],
    matches: [sampleMatch(library, flaw), sampleMatch(tool, flaw)],
  }),
);
const { findings, upgrades } = sampleJudgement(images);

function decide(given: Partial<SignedDecision>, nowUs = 100) {
  const problems = new ProblemLog();
  const decision: SignedDecision = {
    vulnerability: "CVE-2024-0001",
    package: "",
    workload: "",
    image: "",
    status: "accepted",
    justification: null,
    reason: "behind a proxy",
    by: "Kim",
    until: "2026-12-31",
    endUs: 200,
    ...given,
  };
  const options = { findings, upgrades, nowUs, input: "waggle.yaml", problems };
  const waived = applyWaivers({ ...options, decisions: [decision] });
  return {
    waived: waived.filter((one) => one.waiver !== null).map((one) => one.workload.name),
    codes: problems.list().map(({ code }) => code),
    all: waived,
    message: problems.list()[0]?.message ?? "",
  };
}

test("a decision marks every finding it speaks of, by any id, and moves none", () => {
  const { waived, all, codes } = decide({ vulnerability: "ghsa-AAAA" });
  assert.deepEqual([...waived].sort(), ["api", "web"]);
  assert.deepEqual(codes, []);
  const bare = all.map((one) => ({ ...one, waiver: null }));
  assert.deepEqual(bare, findings);
  assert.deepEqual(all[0]?.waiver, {
    status: "accepted",
    justification: null,
    reason: "behind a proxy",
    by: "Kim",
    until: "2026-12-31",
  });
});

test("workload and image narrow it; a bare name of a namespaced workload does not match", () => {
  assert.deepEqual(decide({ workload: "shop/web" }).waived, ["web"]);
  assert.deepEqual(decide({ workload: "shop/web/web" }).waived, ["web"]);
  assert.deepEqual(decide({ workload: "web" }).codes, ["decision-unmatched"]);
  assert.deepEqual(decide({ image: "registry.example/shop/api" }).waived, ["api"]);
  assert.deepEqual(decide({ image: "registry.example/shop/api:1" }).waived, ["api"]);
  assert.deepEqual(decide({ image: "registry.example/shop/api:2" }).waived, []);
  assert.deepEqual(decide({ image: "sha256:api" }).waived, ["api"]);
});

test("a package is the source package; one of several packages does not cover the finding", () => {
  assert.equal(decide({ package: "OpenSSL" }).waived.length, 2);
  const narrow = decide({ package: "libssl3" });
  assert.deepEqual(narrow.waived, []);
  assert.deepEqual(narrow.codes, ["decision-too-narrow"]);
  assert.deepEqual(decide({ package: "zlib" }).codes, ["decision-unmatched"]);
});

test("a decision holds until its end, not a microsecond longer; without a time not at all", () => {
  assert.equal(decide({}, 199).waived.length, 2);
  const late = decide({}, 200);
  assert.deepEqual([late.waived, late.codes], [[], ["decision-expired"]]);
  assert.match(late.message, /"Kim" on "CVE-2024-0001" ended with "2026-12-31"/);
  assert.deepEqual(decide({}, 0).codes, ["decision-undated"]);
});

test("of two decisions on one finding the first in force counts", () => {
  const problems = new ProblemLog();
  const base = {
    vulnerability: "CVE-2024-0001",
    package: "",
    workload: "",
    image: "",
    justification: null,
    reason: "r",
    until: "",
  };
  const waived = applyWaivers({
    findings,
    upgrades,
    decisions: [
      { ...base, status: "fixed", by: "late", endUs: 50 },
      { ...base, status: "fixed", by: "first", endUs: 200 },
      { ...base, status: "accepted", by: "second", endUs: 200 },
    ],
    nowUs: 100,
    input: "",
    problems,
  });
  assert.deepEqual(
    waived.map((one) => one.waiver?.by),
    ["first", "first"],
  );
});

test("hostile names in a decision are quoted and cut", () => {
  const { message } = decide({ by: "x\u001b[31m\n".repeat(1000), package: "zlib" });
  assert.ok(message.length < 700 && !/[\u0000-\u001f]/.test(message), message);
});
