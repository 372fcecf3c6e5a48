/** Tests of `match-decision.ts`: how a decision names packages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContextReport } from "../../../testing/sample-documents.ts";
import { scopeOf } from "./match-decision.ts";

const [finding] = sampleContextReport().findings;
assert.ok(finding !== undefined);
const decision = {
  vulnerability: "CVE-2022-0778",
  package: "",
  workload: "",
  image: "",
  status: "fixed",
  justification: null,
  reason: "r",
  by: "p",
  until: "",
  endUs: 1,
} as const;
const scope = (name: string, packages = finding.packages) =>
  scopeOf({ ...decision, package: name }, { ...finding, packages }, "openssl");

test("one of several packages is a part; alone, by any of its names, it is the whole", () => {
  const purl = "pkg:deb/debian/libssl@1.1.1k-1";
  const names = ["libssl", "LIBSSL@1.1.1k-1", purl, `${purl}?arch=amd64`];
  const alone = finding.packages.filter((one) => one.package.name === "libssl");
  for (const name of names) {
    assert.equal(scope(name), "part", name);
    assert.equal(scope(name, alone), "whole", name);
  }
  assert.equal(scope("libssl@9"), "nothing");
  assert.equal(scope(""), "whole");
});
