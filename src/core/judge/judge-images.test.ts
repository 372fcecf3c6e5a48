/** Holds what becomes of scans without containers, and of replicas. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContainerFact, sampleIdentity, sampleSbom } from "../../testing/sample-image.ts";
import {
  sampleMatch,
  sampleVulnerability,
  sampleWorkload,
} from "../../testing/sample-judgement.ts";
import { ProblemLog } from "../event/problem.ts";
import type { Scan } from "../inventory/image.ts";
import { FactSet } from "../observe/fact-set.ts";
import { EvidenceBook } from "./evidence-book.ts";
import type { ImageJoin } from "./join-images.ts";
import { judgeContainer } from "./judge-container.ts";
import { judgeImages } from "./judge-images.ts";
import { workloadKey } from "./workload-key.ts";

const sbom = sampleSbom({ packages: [{ name: "docs", files: ["/usr/share/doc/docs/README"] }] });
const [one] = sbom.packages;

function scanOf(input: string, imageId: string): Scan {
  return {
    input,
    tool: "grype",
    toolVersion: "",
    databaseBuilt: "",
    identity: { ...sampleIdentity, imageId, name: input },
    matches: one === undefined ? [] : [sampleMatch(one, sampleVulnerability())],
    ignoredCount: 0,
    endOfLifeDistro: false,
  };
}

function joinOf(id: string, scan: Scan | undefined): ImageJoin {
  return {
    container: sampleContainerFact({ container: id }),
    identity: undefined,
    workload: sampleWorkload(),
    image: { reference: "r/web:1", digest: "sha256:1" },
    sbom,
    scan,
    by: "digest",
    note: "",
  };
}

function optionsOf(joins: readonly ImageJoin[], scans: readonly Scan[]) {
  const problems = new ProblemLog();
  const evidence = new EvidenceBook([]);
  return { facts: new FactSet(), joins, scans, minimumWindowUs: 0, evidence, problems };
}

const used = scanOf("a.json", "sha256:1");

test("replicas of one workload and image are one judged image", () => {
  const options = optionsOf([joinOf("1", used), joinOf("2", used)], [used]);
  const { images, containers } = judgeImages(options);
  assert.equal(images.length, 1);
  assert.equal(containers.length, 2);
  assert.equal(images[0]?.matches.length, 1);
});

test("a second scan of a judged image is left out with a notice, another image is listed", () => {
  const again = scanOf("b.json", "sha256:1");
  const other = scanOf("c.json", "sha256:2");
  const options = optionsOf([joinOf("1", used)], [other, again, used]);
  const { images } = judgeImages(options);
  assert.deepEqual(
    images.map(({ workload }) => `${workload.kind} ${workload.name}`),
    ["Deployment web", "Image c.json"],
  );
  const [problem] = options.problems.list();
  assert.deepEqual([problem?.code, problem?.first.input], ["scan-of-same-image", "b.json"]);
});

test("a package that lists only documentation has nothing that could be used", () => {
  const judge = judgeContainer(optionsOf([], []));
  const { blanks, usages } = judge(joinOf("1", undefined), []);
  assert.ok(blanks.has(one?.id ?? ""));
  assert.equal(usages.get(one?.id ?? "")?.state, "unknown");
});

test("workloads differ by every part of their name", () => {
  const base = sampleWorkload();
  const keys = ["cluster", "namespace", "kind", "name", "container"].map((part) =>
    workloadKey({ ...base, [part]: "other" }),
  );
  assert.equal(new Set([...keys, workloadKey(base)]).size, 6);
});
