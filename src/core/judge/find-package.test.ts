/** Holds how a match finds its package where several could be meant. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  sampleJudgedPackage,
  sampleMatch,
  samplePackage,
  sampleUsage,
  sampleVulnerability,
} from "../../testing/sample-judgement.ts";
import { createPackageFinder } from "./find-package.ts";

const at = (path: string) => ({
  locations: [{ path, accessPath: "", primary: true, visible: true, layer: "" }],
});
const first = samplePackage({ id: "1", ...at("/a") });
const second = samplePackage({ id: "2", ...at("/b") });
const find = createPackageFinder([
  sampleJudgedPackage(first, sampleUsage("not-observed")),
  sampleJudgedPackage(second, sampleUsage("in-use")),
]);
const other = { artifactId: "of another run" };

test("of two installations with the same purl the location tells which", () => {
  const match = sampleMatch(first, sampleVulnerability(), other);
  assert.equal(find(match)?.ref.id, "1");
});

test("where nothing tells which, the stronger use is taken: a doubt lowers nothing", () => {
  const match = sampleMatch(first, sampleVulnerability(), { ...other, locations: [] });
  assert.equal(find(match)?.ref.id, "2");
});

test("another version of the same name is another package", () => {
  const one = samplePackage({ version: "9.9.9" });
  assert.equal(find(sampleMatch(one, sampleVulnerability(), other)), undefined);
});
