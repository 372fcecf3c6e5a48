/** Tests that matches of old and new releases of Grype are read alike. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readScan, sbomFixture, scanFixture } from "../../testing/inventory-fixtures.ts";
import { decodeVulnerability } from "./decode-vulnerability.ts";
import type { Vulnerability } from "./image.ts";
import type { JsonObject } from "./json-value.ts";

const artifact = { id: "a1", name: "it", version: "1", type: "npm", locations: null, purl: "" };

function matchOf(vulnerability: JsonObject, more: JsonObject = {}): JsonObject {
  const own = {
    id: "CVE-2024-1",
    severity: "High",
    fix: { state: "", versions: [] },
    ...vulnerability,
  };
  return { vulnerability: own, relatedVulnerabilities: [], matchDetails: [], artifact, ...more };
}

function vulnerabilityOf(own: JsonObject, related: readonly JsonObject[] = []): Vulnerability {
  const faults = { first: undefined };
  const match = matchOf(own, { relatedVulnerabilities: related });
  return decodeVulnerability(match, faults) ?? assert.fail(faults.first);
}

test("a recorded match carries KEV, EPSS, fix, suggestion and its jar", async () => {
  const scan = await scanFixture("boot.grype.json.gz");
  const log4shell = scan.matches.find(
    ({ vulnerability }) => vulnerability.canonicalId === "CVE-2021-44228",
  );
  const { vulnerability } = log4shell ?? assert.fail();
  assert.equal(vulnerability.id, "GHSA-jfh8-c2jp-5v3q");
  assert.deepEqual(vulnerability.aliases, ["GHSA-jfh8-c2jp-5v3q"]);
  assert.equal(vulnerability.severity, "Critical");
  assert.equal(vulnerability.cvssScore, 10);
  assert.match(vulnerability.cvssVector, /^CVSS:3\.1\/AV:N/);
  assert.deepEqual(vulnerability.knownExploited, {
    dateAdded: "2021-12-10",
    dueDate: "2021-12-24",
    ransomware: true,
  });
  assert.deepEqual(vulnerability.epss, { score: 0.94358, percentile: 0.99957, date: "2026-07-31" });
  assert.equal(vulnerability.fixState, "fixed");
  assert.deepEqual(vulnerability.fixVersions, ["2.15.0"]);
  assert.equal(vulnerability.suggestedVersion, "2.15.0");
  assert.match(log4shell?.locations[0]?.accessPath ?? "", /:BOOT-INF\/lib\/log4j-core/);
  assert.equal(scan.databaseBuilt, "2026-11-22T13:22:54Z");
  assert.equal(scan.toolVersion, "0.121.2");
  assert.equal(scan.identity.kind, "image");
});

test("artifact ids of a scan are those of its SBOM", async () => {
  for (const name of ["boot", "nodeapi", "goapp"]) {
    const sbom = await sbomFixture(`${name}.syft.json.gz`);
    const scan = await scanFixture(`${name}.grype.json.gz`);
    const ids = new Set(scan.matches.map(({ artifactId }) => artifactId));
    assert.ok(
      sbom.packages.some(({ id }) => ids.has(id)),
      name,
    );
  }
});

test("recorded states, ways of matching and sources are kept", async () => {
  const scans = await Promise.all(
    ["boot", "pyapi", "nodeapi", "goapp"].map((name) => scanFixture(`${name}.grype.json.gz`)),
  );
  const matches = scans.flatMap((scan) => scan.matches);
  const types = new Set(matches.map(({ matchType }) => matchType));
  assert.deepEqual([...types].sort(), ["cpe-match", "exact-direct-match", "exact-indirect-match"]);
  assert.ok(matches.some(({ upstreams }) => upstreams.length > 0));
  assert.ok(matches.some(({ vulnerability }) => vulnerability.fixState === "unknown"));
  assert.ok(matches.some(({ vulnerability }) => /^GO-/.test(vulnerability.id)));
  for (const { vulnerability } of matches) {
    assert.ok(!vulnerability.aliases.includes(vulnerability.canonicalId));
  }
});

test("the canonical id is the one CVE that is known, wherever it stands", () => {
  const named = (own: JsonObject, related: readonly JsonObject[] = []) => {
    const { canonicalId, aliases } = vulnerabilityOf(own, related);
    return [canonicalId, ...aliases];
  };
  const cve = "CVE-2023-1234";
  assert.deepEqual(named({ id: cve }, [{ id: cve }]), [cve]);
  assert.deepEqual(named({ id: "GHSA-x" }, [{ id: cve }]), [cve, "GHSA-x"]);
  const entry = { cve, epss: 0.1, percentile: 0.5, date: "2026-01-01" };
  assert.deepEqual(named({ id: "GO-2023-1", epss: [entry] }), [cve, "GO-2023-1"]);
  assert.deepEqual(named({ id: "GHSA-x", knownExploited: [{ cve }] }), [cve, "GHSA-x"]);
  assert.deepEqual(named({ id: "GHSA-x" }), ["GHSA-x"]);
});

test("an advisory of several CVEs stays itself and lists them as aliases", () => {
  const related = [{ id: "CVE-2023-2" }, { id: "CVE-2023-1" }];
  const one = vulnerabilityOf({ id: "ALAS-2023-9" }, related);
  assert.equal(one.canonicalId, "ALAS-2023-9");
  assert.deepEqual(one.aliases, ["CVE-2023-1", "CVE-2023-2"]);
});

test("the highest score, the vector of the newest primary one, related records fill gaps", () => {
  const cvss = (version: string, baseScore: number, type = "Primary") => {
    return { version, type, vector: `v${version}-${type}`, metrics: { baseScore } };
  };
  const own = vulnerabilityOf({
    cvss: [cvss("2.0", 10), cvss("3.1", 9.8), cvss("4.0", 5, "Secondary")],
  });
  assert.equal(own.cvssScore, 10);
  assert.equal(own.cvssVector, "v3.1-Primary");
  const old = vulnerabilityOf({ cvss: [cvss("2.0", 10), cvss("3.1", 9.8, "Secondary")] });
  assert.equal(old.cvssVector, "v3.1-Secondary");
  const filled = vulnerabilityOf({ cvss: [] }, [{ id: "CVE-2024-1", cvss: [cvss("3.0", 7)] }]);
  assert.deepEqual([filled.cvssScore, filled.cvssVector], [7, "v3.0-Primary"]);
  const bare = { version: "3.1", type: "Primary", metrics: { baseScore: 5 } };
  const scored = vulnerabilityOf({ cvss: [bare] }, [{ id: "CVE-2024-1", cvss: [cvss("3.0", 7)] }]);
  assert.deepEqual([scored.cvssScore, scored.cvssVector], [5, "v3.0-Primary"]);
  assert.equal(vulnerabilityOf({ cvss: [cvss("3.1", 99)] }).cvssScore, -1);
  assert.deepEqual([vulnerabilityOf({}).cvssScore, vulnerabilityOf({}).cvssVector], [-1, ""]);
});

test("severity and fix state outside the known words are unknown", () => {
  assert.equal(vulnerabilityOf({ severity: "critical" }).severity, "Critical");
  assert.equal(vulnerabilityOf({ severity: "" }).severity, "Unknown");
  assert.equal(vulnerabilityOf({ severity: undefined }).severity, "Unknown");
  for (const [state, expected] of [
    ["", "unknown"],
    ["wont-fix", "wont-fix"],
    ["not-fixed", "not-fixed"],
    ["odd", "unknown"],
  ]) {
    assert.equal(vulnerabilityOf({ fix: { state, versions: null } }).fixState, expected);
  }
});

test("a word that is no severity is a doubt, and so is a scan silent on fixes", async () => {
  const bare = { id: "CVE-2020-1", severity: "Moderate", fix: undefined };
  const { scan, problems } = await readScan({
    matches: [matchOf(bare), matchOf({ ...bare, severity: "Low" })],
    descriptor: { name: "grype", version: "0.7.0" },
  });
  assert.deepEqual(
    scan.matches.map(({ vulnerability }) => [vulnerability.severity, vulnerability.fixState]),
    [
      ["Unknown", "unknown"],
      ["Low", "unknown"],
    ],
  );
  const counts = new Map(problems.map(({ code, count }) => [code, count]));
  assert.deepEqual([counts.get("field-wrong-type"), counts.get("scan-without-fixes")], [1, 2]);
  const told = await readScan({ matches: [matchOf({})], descriptor: { name: "grype" } });
  assert.deepEqual(told.problems, []);
});

test("the description falls back to the related record and is bounded", () => {
  const related = [{ id: "CVE-2024-1", description: "x".repeat(100_000) }];
  assert.equal(vulnerabilityOf({}, related).description.length, 1024);
});

test("of several EPSS entries that of the CVE counts; odd values are none", () => {
  const entry = (cve: string, epss: number) => ({ cve, epss, percentile: 0.5, date: "d" });
  const own = { epss: [entry("CVE-2024-9", 0.9), entry("CVE-2024-1", 0.1)] };
  assert.equal(vulnerabilityOf(own).epss?.score, 0.1);
  assert.equal(vulnerabilityOf({ epss: [entry("CVE-2024-1", 7)] }).epss, undefined);
});

test("a scan of DB v5 has neither EPSS nor KEV nor suggestion", async () => {
  const { scan, problems } = await readScan({
    matches: [
      matchOf(
        {
          id: "CVE-2018-1",
          namespace: "debian:distro:debian:9",
          fix: { versions: ["2"], state: "fixed" },
        },
        { matchDetails: [{ type: "exact-indirect-match", matcher: "dpkg-matcher", found: {} }] },
      ),
    ],
    source: {
      type: "image",
      target: { userInput: "nginx:1.14", imageID: "", tags: ["nginx:1.14"] },
    },
    distro: { name: "debian", version: "9", idLike: "" },
    descriptor: {
      name: "grype",
      version: "0.85.0",
      db: { built: "2024-11-01T01:31:36Z", schemaVersion: 5, location: "/db/5", checksum: "x" },
    },
  });
  assert.equal(scan.databaseBuilt, "2024-11-01T01:31:36Z");
  const [match] = scan.matches;
  assert.equal(match?.vulnerability.epss, undefined);
  assert.equal(match?.vulnerability.knownExploited, undefined);
  assert.equal(match?.vulnerability.suggestedVersion, "");
  assert.deepEqual(match?.locations, []);
  assert.equal(scan.identity.name, "nginx:1.14");
  assert.deepEqual(problems, []);
});

test("the weakest way of matching counts, and symbols come from all of them", async () => {
  const details = [
    { type: "exact-direct-match", found: { matchedSymbols: ["b.F", "a.G"] } },
    { type: "cpe-match", found: { matchedSymbols: [{ name: "c.H" }] } },
    { type: "exact-indirect-match", found: {}, fix: { suggestedVersion: "9" } },
  ];
  const { scan } = await readScan({
    matches: [matchOf({}, { matchDetails: details }), matchOf({}, { matchDetails: null })],
    descriptor: { name: "grype" },
  });
  assert.equal(scan.matches[0]?.matchType, "cpe-match");
  assert.deepEqual(scan.matches[0]?.matchedSymbols, ["a.G", "b.F", "c.H"]);
  assert.equal(scan.matches[0]?.vulnerability.suggestedVersion, "9");
  assert.equal(scan.matches[1]?.matchType, "");
});

test("a scan of an SPDX document has no locations and types by package URL", async () => {
  const binary = {
    ...artifact,
    id: "Package-binary-x",
    type: "UnknownPackage",
    purl: "pkg:generic/x@1",
  };
  const { scan } = await readScan({
    matches: [matchOf({}, { artifact: binary })],
    source: { type: "sbom-file", target: "/scans/app.spdx.json" },
    descriptor: { name: "grype", version: "0.112.0" },
  });
  assert.equal(scan.matches[0]?.packageType, "binary");
  assert.deepEqual(scan.matches[0]?.locations, []);
  assert.equal(scan.identity.kind, "unknown");
  assert.equal(scan.identity.name, "/scans/app.spdx.json");
});

test("no match, ignored matches, and a distribution that is out of support", async () => {
  const { scan } = await readScan({
    matches: [],
    ignoredMatches: [matchOf({}), matchOf({})],
    alertsByPackage: [{ package: {}, alerts: [{ type: "distro-eol", message: "" }] }],
    source: null,
    descriptor: { name: "grype", db: {} },
  });
  assert.deepEqual([scan.matches.length, scan.ignoredCount, scan.endOfLifeDistro], [0, 2, true]);
  const { scan: other } = await readScan({
    matches: null,
    alertsByPackage: [{ alerts: [{ type: "distro-unknown" }] }],
    descriptor: { name: "grype" },
  });
  assert.deepEqual([other.matches.length, other.endOfLifeDistro], [0, false]);
});

test("matches of wrong types are left out and counted", async () => {
  const { scan, problems } = await readScan({
    matches: [1, {}, matchOf({ id: 5 }), matchOf({}, { artifact: null }), matchOf({})],
    descriptor: { name: "grype" },
  });
  assert.equal(scan.matches.length, 1);
  const left = problems.find(({ code }) => code === "element-left-out");
  assert.equal(left?.count, 4);
  assert.match(left?.message ?? "", /matches\[0\]/);
});
