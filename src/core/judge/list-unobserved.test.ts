/** Holds what becomes of scans of images that nothing was seen to run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContainerFact, sampleIdentity } from "../../testing/sample-image.ts";
import { sampleWorkload } from "../../testing/sample-judgement.ts";
import { ProblemLog } from "../event/problem.ts";
import type { Scan } from "../inventory/image.ts";
import type { ImageJoin } from "./join-images.ts";
import { listUnobserved } from "./list-unobserved.ts";

function scanOf(input: string, identity: Partial<Scan["identity"]>): Scan {
  return {
    input,
    tool: "grype",
    toolVersion: "",
    databaseBuilt: "",
    identity: { ...sampleIdentity, imageId: "", manifestDigest: "", tags: [], ...identity },
    matches: [],
    ignoredCount: 0,
    endOfLifeDistro: false,
  };
}

function joinOf(scan: Scan): ImageJoin {
  return {
    container: sampleContainerFact({ container: "1" }),
    identity: undefined,
    workload: sampleWorkload(),
    image: { reference: "r/web:1", digest: "sha256:1" },
    sbom: undefined,
    scan,
    by: "digest",
    note: "",
  };
}

test("what a container runs is not listed, and of several scans of one image the first is", () => {
  const problems = new ProblemLog();
  const run = scanOf("run.json", { imageId: "sha256:1" });
  const first = scanOf("a.json", { imageId: "sha256:2", tags: ["r/a:1"] });
  const second = scanOf("b.json", { imageId: "sha256:2", tags: ["r/a:1"] });
  const listed = listUnobserved({ joins: [joinOf(run)], scans: [second, first, run], problems });
  assert.deepEqual(
    listed.map(({ workload, missing }) => [workload.kind, workload.name, missing]),
    [["Image", "r/a:1", "no container was seen to run this image"]],
  );
  assert.deepEqual(
    problems.list().map(({ code, first: { input } }) => [code, input]),
    [["scan-of-same-image", "b.json"]],
  );
});

test("scans that say nothing of their image are all listed, by name or by file", () => {
  const problems = new ProblemLog();
  const scans = [scanOf("b.json", { name: "" }), scanOf("a.json", { name: "shop" })];
  const listed = listUnobserved({ joins: [], scans, problems });
  assert.deepEqual(
    listed.map(({ image }) => image.reference),
    ["shop", "b.json"],
  );
  assert.deepEqual(problems.list(), []);
});
