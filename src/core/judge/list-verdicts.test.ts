/** Tests of `list-verdicts.ts`, and of `gather-privileges.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleJudged } from "../../testing/sample-context.ts";
import {
  sampleImage,
  sampleJudgedPackage,
  samplePackage,
  sampleUsage,
} from "../../testing/sample-judgement.ts";
import { newIdentity } from "../inventory/container-identity.ts";
import { FactSet } from "../observe/fact-set.ts";
import { gatherPrivileges } from "./gather-privileges.ts";
import { listVerdicts } from "./list-verdicts.ts";

test("packages of an image are listed in one order, however they came", () => {
  const packages = ["zlib", "apt"].map((name) =>
    sampleJudgedPackage(samplePackage({ name }), sampleUsage("unknown")),
  );
  const names = (given: typeof packages) =>
    listVerdicts([sampleImage({ packages: given })]).map((one) => one.package.name);
  assert.deepEqual(names(packages), ["apt", "zlib"]);
  assert.deepEqual(names([...packages].reverse()), ["apt", "zlib"]);
});

test("what was seen and what is declared count, each statement once", () => {
  const { join } = sampleJudged("shop/web");
  const { container } = join.container;
  const identity = { ...newIdentity("pods.json", "0".repeat(64)), privileged: true };
  const facts = new FactSet();
  facts.add({
    kind: "privilege",
    container,
    privilege: "root",
    detail: "",
    source: "seen",
    firstSeenUs: 1,
    lastSeenUs: 2,
    citations: [],
  });
  const kinds = (one: typeof join) =>
    gatherPrivileges(one, facts).map(({ privilege, source }) => `${privilege} ${source}`);
  assert.deepEqual(kinds(join), ["root seen"]);
  const both = kinds({ ...join, identity });
  assert.ok(both.includes("root seen") && both.includes("privileged declared"), String(both));
  assert.equal(new Set(both).size, both.length);
});
