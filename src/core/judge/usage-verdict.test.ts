/** Tests how a tally and coverage become a verdict. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleCoverage, sampleSbom, sampleUse } from "../../testing/sample-image.ts";
import { EvidenceBook } from "./evidence-book.ts";
import { createFileOwners } from "./file-owners.ts";
import { addUse, createTally } from "./usage-tally.ts";
import { createVerdict } from "./usage-verdict.ts";
import type { CoverageGrade } from "./verdict.ts";
import type { Force } from "./weigh-use.ts";

const sbom = sampleSbom({ packages: [{ name: "x", files: ["/usr/bin/x"] }] });
const owners = createFileOwners(sbom);

function verdict(forces: readonly Force[], grade: CoverageGrade) {
  const [one] = sbom.packages;
  assert.ok(one !== undefined);
  const tally = createTally();
  for (const [at, force] of forces.entries()) {
    const use = sampleUse({ path: `/usr/bin/${at}`, how: "executed" });
    const weight = { level: "read", force, reason: "" } as const;
    addUse(tally, { use, weight, party: "own", linkedPath: "" });
  }
  const evidence = new EvidenceBook([]);
  const coverage = sampleCoverage({ grade });
  return createVerdict({ one, tally, owners, coverage, evidence, isHost: false });
}

test("use outweighs doubt, doubt outweighs absence, weak touches leave it to coverage", () => {
  assert.equal(verdict(["weak", "doubt", "use"], "none").state, "in-use");
  assert.equal(verdict(["weak", "doubt"], "good").state, "unknown");
  assert.equal(verdict(["weak"], "good").state, "not-observed");
  assert.equal(verdict(["weak"], "partial").state, "unknown");
  assert.equal(verdict([], "good").state, "not-observed");
  assert.equal(verdict([], "none").state, "unknown");
});

test("what is cited is what the verdict rests on, and few", () => {
  assert.equal(verdict(["use", "weak", "doubt"], "good").evidence.length, 1);
  assert.equal(verdict(["use", "use", "use", "use", "use", "use"], "good").evidence.length, 4);
  assert.equal(verdict([], "good").evidence.length, 0);
});
