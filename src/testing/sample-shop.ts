/**
 * Holds one small shop as a report, for tests of what is printed.
 * In: nothing. Out: a report with a used, an unseen and an unknown package in two workloads.
 */
import {
  sampleEvidence,
  sampleImage,
  sampleJudgedPackage,
  sampleJudgement,
  sampleMatch,
  samplePackage,
  sampleReport,
  sampleRoot,
  sampleUsage,
  sampleVulnerability,
  sampleWorkload,
} from "./sample-judgement.ts";

const ssl = samplePackage({
  name: "libssl1.1",
  version: "1.1.1k-1",
  type: "deb",
  source: "openssl",
});
const yaml = samplePackage({ name: "pyyaml", version: "5.3", type: "python" });
const quiet = samplePackage({ name: "left-pad", version: "1.0.0" });

const openssl = sampleVulnerability({
  id: "CVE-2022-0778",
  severity: "Critical",
  cvssScore: 9.1,
  fixVersions: ["1.1.1n-0"],
  knownExploited: { dateAdded: "2022-03-15", dueDate: "", ransomware: true },
  epss: { score: 0.87, percentile: 0.99, date: "2026-01-01" },
});
const pyyaml = sampleVulnerability({
  id: "GHSA-8q59-q68h-6hv4",
  canonicalId: "CVE-2020-14343",
  severity: "Critical",
  fixVersions: ["5.4"],
});

export const shopReport = sampleReport(
  sampleJudgement(
    [
      sampleImage({
        workload: sampleWorkload("web"),
        privileged: true,
        privileges: [{ ...sampleRoot, evidence: ["e2"] }],
        packages: [
          sampleJudgedPackage(
            ssl,
            sampleUsage("in-use", {
              evidence: ["e1"],
              because: "mapped as code by /usr/sbin/nginx",
            }),
          ),
          sampleJudgedPackage(quiet, sampleUsage("not-observed")),
        ],
        matches: [sampleMatch(ssl, openssl)],
      }),
      sampleImage({
        workload: sampleWorkload("api"),
        packages: [
          sampleJudgedPackage(
            yaml,
            sampleUsage("unknown", {
              coverage: "partial",
              coverageReasons: ["the container ran before the sensors"],
            }),
          ),
        ],
        matches: [sampleMatch(yaml, pyyaml)],
      }),
    ],
    {
      e1: sampleEvidence({ path: "/usr/lib/libssl.so.1.1" }),
      e2: sampleEvidence({ id: "e2", shows: "privilege: root", path: "", offset: 99 }),
    },
  ),
);
