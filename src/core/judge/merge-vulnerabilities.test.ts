/** Holds when ids mean one vulnerability. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleMatch, samplePackage, sampleVulnerability } from "../../testing/sample-judgement.ts";
import {
  clusterByVulnerability,
  mergeVulnerabilities,
  ratedSeverity,
} from "./merge-vulnerabilities.ts";

const read = (one: ReturnType<typeof sampleVulnerability>) => one;

test("two CVEs of one advisory stay two vulnerabilities", () => {
  const clusters = clusterByVulnerability(
    [
      sampleVulnerability({ id: "CVE-2024-1", aliases: ["RHSA-1"] }),
      sampleVulnerability({ id: "CVE-2024-2", aliases: ["RHSA-1"] }),
    ],
    read,
  );
  assert.equal(clusters.length, 2);
});

test("an id without a CVE joins the one it shares an alias with, in any order of arrival", () => {
  const cve = sampleVulnerability({ id: "GHSA-1", canonicalId: "CVE-2024-1" });
  const go = sampleVulnerability({ id: "GO-1", aliases: ["GHSA-1"] });
  for (const all of [
    [cve, go],
    [go, cve],
  ]) {
    const clusters = clusterByVulnerability(all, read);
    assert.deepEqual(
      clusters.map((cluster) => [cluster.canonicalId, cluster.items.length]),
      [["CVE-2024-1", 2]],
    );
  }
});

test("what the sources say together is the gravest, with all fixes in their own order", () => {
  const one = samplePackage({ type: "deb" });
  const epss = (score: number) => ({ score, percentile: score, date: "" });
  const a = sampleVulnerability({
    severity: "Unknown",
    cvssScore: 5,
    epss: epss(0.2),
    fixVersions: ["1.0-10"],
    description: "",
  });
  const b = sampleVulnerability({
    severity: "Low",
    cvssScore: -1,
    epss: epss(0.1),
    fixState: "wont-fix",
    fixVersions: ["1.0-9"],
    description: "told",
  });
  const merged = mergeVulnerabilities("CVE-1", [sampleMatch(one, a), sampleMatch(one, b)], "deb");
  assert.equal(merged.severity, "Low");
  assert.equal(merged.cvssScore, 5);
  assert.equal(merged.epss?.score, 0.2);
  assert.equal(merged.fixState, "fixed");
  assert.deepEqual(merged.fixedIn, ["1.0-9", "1.0-10"]);
  assert.equal(merged.description, "told");
});

test("of several vectors the one of the gravest record counts, version 2 only by itself", () => {
  const one = samplePackage();
  const vectorOf = (...given: readonly (readonly [string, number])[]) => {
    const matches = given.map(([cvssVector, cvssScore]) =>
      sampleMatch(one, sampleVulnerability({ cvssVector, cvssScore })),
    );
    const merged = mergeVulnerabilities("CVE-1", matches, "npm").cvssVector;
    const backward = mergeVulnerabilities("CVE-1", [...matches].reverse(), "npm").cvssVector;
    assert.equal(merged, backward);
    return merged;
  };
  assert.equal(vectorOf(["CVSS:3.1/a", 5], ["CVSS:3.1/b", 9], ["", 10]), "CVSS:3.1/b");
  assert.equal(vectorOf(["AV:N/AC:L", 10], ["CVSS:3.1/a", 5]), "CVSS:3.1/a");
  assert.equal(vectorOf(["AV:N/AC:L", 10], ["", 5]), "AV:N/AC:L");
  assert.equal(vectorOf(["", 5]), "");
});

test("an unknown severity is rated by the score, and stays unknown without one", () => {
  const rated = (cvssScore: number | null) => ratedSeverity({ severity: "Unknown", cvssScore });
  assert.deepEqual([9, 7, 4, 0.1, 0, null].map(rated), [
    "Critical",
    "High",
    "Medium",
    "Low",
    "Negligible",
    "Unknown",
  ]);
  assert.equal(ratedSeverity({ severity: "Low", cvssScore: 9.8 }), "Low");
});
