/** Holds what catalogues fill in, and what they never replace. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleMatch, samplePackage, sampleVulnerability } from "../../testing/sample-judgement.ts";
import { enrichScans, joinKnownExploited, namedCves } from "./enrichment.ts";
import type { Scan, Vulnerability } from "./image.ts";
import { noIdentity } from "./syft-source.ts";

function scanOf(...given: readonly Partial<Vulnerability>[]): Scan {
  return {
    input: "scan.json",
    tool: "grype",
    toolVersion: "",
    databaseBuilt: "",
    identity: noIdentity,
    matches: given.map((one) => sampleMatch(samplePackage(), sampleVulnerability(one))),
    ignoredCount: 0,
    endOfLifeDistro: false,
  };
}

const exploited = { dateAdded: "2024-01-01", dueDate: "", ransomware: false };
const score = (value: number, date: string) => ({ score: value, percentile: value, date });
const ghsa = { id: "GHSA-1", canonicalId: "GHSA-1", aliases: ["cve-2024-2"] };

test("CVEs are found in ids and aliases of any case", () => {
  assert.deepEqual([...namedCves([scanOf({}, ghsa)])].sort(), ["CVE-2024-0001", "CVE-2024-2"]);
});

test("an entry is added where the scan has none, by alias too", () => {
  const scan = scanOf(ghsa, {}, { knownExploited: { ...exploited, dateAdded: "2020-01-01" } });
  const kev = new Map([
    ["CVE-2024-2", exploited],
    ["CVE-2024-0001", exploited],
  ]);
  const { scans, kevCount } = enrichScans([scan], { kev, epss: new Map() });
  assert.equal(kevCount, 2);
  assert.deepEqual(
    scans[0]?.matches.map(({ vulnerability }) => vulnerability.knownExploited?.dateAdded),
    ["2024-01-01", "2024-01-01", "2020-01-01"],
  );
});

test("of two scores the newer counts, and an equal or undated one changes nothing", () => {
  const own = score(0.5, "2026-03-28T00:00:00Z");
  const enrich = (date: string, has: Vulnerability["epss"] | null = own) => {
    const epss = new Map([["CVE-2024-0001", score(0.1, date)]]);
    const { scans } = enrichScans([scanOf({ epss: has ?? undefined })], { kev: new Map(), epss });
    return scans[0]?.matches[0]?.vulnerability.epss?.score;
  };
  assert.equal(enrich("2026-03-29"), 0.1);
  assert.equal(enrich("2026-03-28"), 0.5);
  assert.equal(enrich("2026-03-27"), 0.5);
  assert.equal(enrich(""), 0.5);
  assert.equal(enrich("2026-01-01", score(0.9, "")), 0.1);
  assert.equal(enrich("", null), 0.1);
});

test("what gains nothing stays the same object", () => {
  const scan = scanOf({});
  const { scans, kevCount, epssCount } = enrichScans([scan], { kev: new Map(), epss: new Map() });
  assert.equal(scans[0]?.matches[0], scan.matches[0]);
  assert.deepEqual([kevCount, epssCount], [0, 0]);
});

test("two catalogues together keep the earlier date and any ransomware", () => {
  const later = { dateAdded: "2025-01-01", dueDate: "2025-02-01", ransomware: true };
  for (const both of [joinKnownExploited(exploited, later), joinKnownExploited(later, exploited)]) {
    assert.deepEqual(both, { ...exploited, ransomware: true });
  }
});
