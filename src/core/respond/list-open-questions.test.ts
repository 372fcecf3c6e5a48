/** Tests of `list-open-questions.ts` and `find-owned-trees.ts`: what a policy can still decide. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { placed, sampleSbom } from "../../testing/sample-image.ts";
import {
  sampleImage,
  sampleJudgedPackage,
  sampleJudgement,
  sampleMatch,
  samplePackage,
  sampleUsage,
  sampleVulnerability,
} from "../../testing/sample-judgement.ts";
import { createFileOwners } from "../judge/file-owners.ts";
import type { CoverageSummary, Usage } from "../judge/verdict.ts";
import { findOwnedTrees } from "./find-owned-trees.ts";
import { listOpenQuestions, type QuestionSources } from "./list-open-questions.ts";
import { scopesOfPolicy } from "./policy-scopes.ts";
import { chooseShipped } from "./shipped-policies.ts";

const pad = samplePackage({
  name: "left-pad",
  ...placed("/app/node_modules/left-pad/package.json"),
});
const other = samplePackage({ name: "is-odd", ...placed("/app/node_modules/is-odd/package.json") });
const sbom = sampleSbom({
  input: "web.syft.json",
  packages: [pad, other],
  files: {
    "/app/node_modules/left-pad/package.json": {},
    "/app/node_modules/left-pad/index.js": { mimeType: "text/javascript" },
    "/app/node_modules/left-pad/lib/pad.js": { mimeType: "text/javascript" },
    "/app/node_modules/is-odd/package.json": {},
    "/app/node_modules/is-odd/index.js": { mimeType: "text/javascript" },
  },
});

function sourcesOf(usage: Usage, more: Partial<QuestionSources> = {}): QuestionSources {
  const { findings, coverage } = sampleJudgement([
    sampleImage({
      packages: [sampleJudgedPackage(pad, usage)],
      matches: [sampleMatch(pad, sampleVulnerability())],
    }),
  ]);
  return { findings, coverage, sboms: [sbom], scopes: [], ...more };
}

const unknown = sampleUsage("unknown", { coverage: "none" });

test("a package whose use nobody could see is a question, with its files and its directory", () => {
  const { questions, leftOut } = listOpenQuestions(sourcesOf(unknown));
  assert.deepEqual(leftOut, []);
  assert.equal(questions.length, 1);
  const [asked] = questions;
  assert.equal(asked?.package, "left-pad");
  assert.deepEqual(asked?.workloads, ["shop/web"]);
  assert.deepEqual(
    asked?.files.map(({ path }) => path),
    ["/app/node_modules/left-pad/index.js", "/app/node_modules/left-pad/lib/pad.js"],
  );
  assert.deepEqual(asked?.trees, ["/app/node_modules/left-pad/"]);
});

test("a package that is in use asks nothing more", () => {
  const { questions, leftOut } = listOpenQuestions(sourcesOf(sampleUsage("in-use")));
  assert.deepEqual([questions, leftOut], [[], []]);
});

const watching = (policy: string): CoverageSummary["sensors"][number] => ({
  ...{ sensor: "open", policy, basis: "stated", pathPrefixes: ["/app"], limits: [] },
  ...{ since: null, until: null, eventCount: 5 },
});

function watchedBy(policy: string): QuestionSources {
  const sources = sourcesOf(unknown);
  const coverage = sources.coverage.map((one) => ({
    ...one,
    sensors: [...one.sensors, watching(policy)],
  }));
  return { ...sources, coverage };
}

test("what somebody else's policy watches is left out, and why it is open is said", () => {
  const { questions, leftOut } = listOpenQuestions(watchedBy("file-open"));
  assert.deepEqual(questions, []);
  assert.match(leftOut[0]?.why ?? "", /other sensors watch/);
});

test("what only our own compiled policy watches stays wanted: else it would come and go", () => {
  assert.equal(listOpenQuestions(watchedBy("waggle-files-g12345678")).questions.length, 1);
});

test("a shipped policy that will be loaded beside it takes over", () => {
  const scopes = chooseShipped(["file-use"]).chosen.flatMap(({ policy }) => scopesOfPolicy(policy));
  assert.deepEqual(listOpenQuestions(sourcesOf(unknown, { scopes })).questions, []);
});

test("images without a container, without an SBOM, and open archives are told", () => {
  const why = (sources: QuestionSources) => listOpenQuestions(sources).leftOut[0]?.why ?? "";
  assert.match(why(sourcesOf(unknown, { coverage: [] })), /nothing was seen to run/);
  assert.match(why(sourcesOf(unknown, { sboms: [] })), /no SBOM/);
  const open = sampleUsage("unknown", { level: "archive-opened" });
  assert.match(why(sourcesOf(open)), /archive is open/);
});

test("an SBOM that lies elsewhere now is found by its name, unless two have it", () => {
  const moved = { ...sbom, input: "/elsewhere/web.syft.json" };
  assert.equal(listOpenQuestions(sourcesOf(unknown, { sboms: [moved] })).questions.length, 1);
  const twice = [moved, { ...moved, input: "/again/web.syft.json" }];
  assert.equal(listOpenQuestions(sourcesOf(unknown, { sboms: twice })).questions.length, 0);
});

test("a directory that two packages share belongs to neither, nor does one of the system", () => {
  const one = samplePackage({
    name: "one",
    type: "deb",
    files: ["/opt/shared/x/a.so", "/usr/lib/b.so"],
  });
  const two = samplePackage({ name: "two", type: "deb", files: ["/opt/shared/c.so"] });
  const paths = ["/opt/shared/x/a.so", "/opt/shared/x/d.so", "/usr/lib/b.so", "/opt/shared/c.so"];
  const shared = sampleSbom({
    packages: [{ ...one, files: [...one.files, "/opt/shared/x/d.so"] }, two],
    files: Object.fromEntries(paths.map((path) => [path, {}])),
  });
  const trees = findOwnedTrees(createFileOwners(shared), paths);
  assert.deepEqual(trees.of(one.id, ["/opt/shared/x/a.so", "/opt/shared/x/d.so"]), [
    "/opt/shared/x/",
  ]);
  assert.deepEqual(trees.of(two.id, ["/opt/shared/c.so"]), []);
  assert.deepEqual(trees.of(one.id, ["/usr/lib/b.so", "/usr/lib/e.so"]), []);
});
