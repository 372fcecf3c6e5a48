/** Holds how matches become findings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  sampleDraft,
  sampleImage,
  sampleJudgedPackage,
  sampleMatch,
  samplePackage,
  sampleSettings,
  sampleUsage,
  sampleVulnerability,
  sampleWorkload,
} from "../../testing/sample-judgement.ts";
import { buildFindings } from "./build-findings.ts";
import type { JudgedImage } from "./judged-image.ts";

const cve = sampleVulnerability();

function build(images: readonly JudgedImage[]) {
  return buildFindings(images, sampleSettings);
}

test("binary packages of one source are one finding, led by the one that is used", () => {
  const libc = samplePackage({ name: "libc6", type: "deb", source: "glibc" });
  const bin = samplePackage({ name: "libc-bin", type: "deb", source: "glibc" });
  const [draft, ...others] = build([
    sampleImage({
      packages: [
        sampleJudgedPackage(bin, sampleUsage("not-observed")),
        sampleJudgedPackage(libc, sampleUsage("in-use")),
      ],
      matches: [sampleMatch(bin, cve), sampleMatch(libc, cve)],
    }),
  ]);
  assert.equal(others.length, 0);
  assert.equal(draft?.finding.package.name, "libc6");
  assert.equal(draft?.finding.usage.state, "in-use");
  assert.deepEqual(
    draft?.finding.packages.map((one) => one.package.name),
    ["libc6", "libc-bin"],
  );
  assert.equal(draft?.upgradeName, "glibc");
  assert.deepEqual(draft?.matchUses.toSorted(), ["in-use", "not-observed"]);
});

test("a package of documentation says nothing about the code of the same source", () => {
  const git = samplePackage({ name: "git", type: "deb" });
  const man = samplePackage({ name: "git-man", type: "deb", source: "git" });
  const unknown = sampleJudgedPackage(man, sampleUsage("unknown"));
  const buildWith = (isBlank: boolean) =>
    build([
      sampleImage({
        packages: [{ ...unknown, isBlank }, sampleJudgedPackage(git, sampleUsage("not-observed"))],
        matches: [sampleMatch(git, cve), sampleMatch(man, cve)],
      }),
    ])[0]?.finding;
  assert.equal(buildWith(true)?.usage.state, "not-observed");
  assert.equal(buildWith(false)?.usage.state, "unknown", "what may hold code is not overlooked");
});

test("a library at two places is two findings with different ids", () => {
  const at = (path: string) => [{ path, accessPath: "", primary: true, visible: true, layer: "" }];
  const inner = samplePackage({
    id: "1",
    locations: at("/app/node_modules/a/node_modules/sample"),
  });
  const outer = samplePackage({ id: "2", locations: at("/app/node_modules/sample") });
  const drafts = build([
    sampleImage({
      packages: [
        sampleJudgedPackage(inner, sampleUsage("not-observed")),
        sampleJudgedPackage(outer, sampleUsage("in-use")),
      ],
      matches: [sampleMatch(inner, cve), sampleMatch(outer, cve)],
    }),
  ]);
  assert.equal(new Set(drafts.map(({ finding }) => finding.id)).size, 2);
  assert.equal(drafts.filter(({ finding }) => finding.inUse).length, 1);
});

test("a CVE, its GHSA and its GO id are one finding with all ids", () => {
  const one = samplePackage({ type: "go-module" });
  const ghsa = sampleVulnerability({
    id: "GHSA-aaaa",
    canonicalId: "CVE-2024-0001",
    severity: "Critical",
    knownExploited: { dateAdded: "2024-02-02", dueDate: "", ransomware: true },
  });
  const go = sampleVulnerability({
    id: "GO-2024-1",
    canonicalId: "GO-2024-1",
    aliases: ["GHSA-aaaa"],
    severity: "Unknown",
    fixState: "unknown",
    fixVersions: [],
  });
  const matches = [go, cve, ghsa].map((vulnerability) => sampleMatch(one, vulnerability));
  const packages = [sampleJudgedPackage(one, sampleUsage("in-use"))];
  const [draft, ...others] = build([sampleImage({ packages, matches })]);
  assert.equal(others.length, 0);
  assert.equal(draft?.finding.vulnerability.id, "CVE-2024-0001");
  assert.deepEqual(draft?.finding.vulnerability.aliases, ["GHSA-aaaa", "GO-2024-1"]);
  assert.equal(draft?.finding.vulnerability.severity, "Critical");
  assert.equal(draft?.finding.vulnerability.kev?.ransomware, true);
  assert.equal(draft?.finding.fixable, true);
  assert.equal(draft?.matchUses.length, 3);
});

test("two advisories that share one CVE among several stay apart", () => {
  const one = samplePackage({ type: "rpm" });
  const a = sampleVulnerability({
    id: "ALAS-1",
    canonicalId: "CVE-2024-0001",
    aliases: ["CVE-2024-0002"],
  });
  const b = sampleVulnerability({ id: "ALAS-2", canonicalId: "CVE-2024-0002" });
  const matches = [sampleMatch(one, a), sampleMatch(one, b)];
  assert.equal(build([sampleImage({ matches })]).length, 2);
});

test("a match finds its package by id, else by purl, else by name, version and place", () => {
  const one = samplePackage({ id: "artifact", name: "Flask_Login", type: "python" });
  const packages = [sampleJudgedPackage(one, sampleUsage("in-use"))];
  const ways = [
    sampleMatch(one, cve),
    sampleMatch(one, cve, { artifactId: "of another run" }),
    sampleMatch(one, cve, { artifactId: "x", purl: "", packageName: "flask-login" }),
  ];
  for (const match of ways) {
    const [draft] = build([sampleImage({ packages, matches: [match] })]);
    assert.equal(draft?.finding.package.id, "artifact");
    assert.equal(draft?.finding.inUse, true);
  }
});

test("an artifact id that names another package is not believed", () => {
  const one = samplePackage({ id: "1", name: "one" });
  const two = samplePackage({ id: "2", name: "two" });
  const packages = [
    sampleJudgedPackage(one, sampleUsage("in-use")),
    sampleJudgedPackage(two, sampleUsage("not-observed")),
  ];
  const match = sampleMatch(two, cve, { artifactId: "1" });
  const [draft] = build([sampleImage({ packages, matches: [match] })]);
  assert.equal(draft?.finding.package.name, "two");
});

test("a match without a package is a finding of unknown use that says why", () => {
  const other = samplePackage({ name: "elsewhere" });
  const [draft] = build([sampleImage({ matches: [sampleMatch(other, cve)] })]);
  assert.equal(draft?.finding.usage.state, "unknown");
  assert.equal(draft?.finding.usage.because, "not in the SBOM");
});

test("an id outlives upgrades of the package and of the image, and moves between clusters", () => {
  const at = (version: string) => [
    {
      path: `/app/lib/sample-${version}.jar`,
      accessPath: "",
      primary: true,
      visible: true,
      layer: "",
    },
  ];
  const ids = ["1.0.0", "1.1.0"].map((version) => {
    const one = samplePackage({ version, type: "java-archive", locations: at(version) });
    const workload = { ...sampleWorkload(), cluster: version };
    const image = { reference: `r/web:${version}`, digest: version };
    const packages = [sampleJudgedPackage(one, sampleUsage("in-use"))];
    const matches = [sampleMatch(one, cve)];
    return build([sampleImage({ workload, image, packages, matches })])[0]?.finding.id;
  });
  assert.equal(ids[0], ids[1]);
  assert.match(ids[0] ?? "", /^[0-9a-f]{16}$/);
});

test("two images of one workload, as in a rollout, have findings with different ids", () => {
  const one = samplePackage();
  const images = ["1", "2"].map((tag) =>
    sampleImage({
      image: { reference: `r/web:${tag}`, digest: tag },
      matches: [sampleMatch(one, cve)],
    }),
  );
  const ids = build(images).map(({ finding }) => finding.id);
  const turned = build([...images].reverse()).map(({ finding }) => finding.id);
  assert.equal(new Set(ids).size, 2);
  assert.deepEqual(ids, turned);
});

test("critical: by severity, by score where severity is unknown, or known exploited", () => {
  const used = sampleUsage("in-use");
  const isCritical = (given: Parameters<typeof sampleDraft>[0]) =>
    sampleDraft(given, used).finding.critical;
  assert.equal(isCritical({ severity: "Critical" }), true);
  assert.equal(isCritical({ severity: "High" }), false);
  assert.equal(isCritical({ severity: "Unknown", cvssScore: 9.8 }), true);
  assert.equal(isCritical({ severity: "Unknown", cvssScore: -1 }), false);
  assert.equal(isCritical({ severity: "Negligible", cvssScore: 9.8 }), false);
  const knownExploited = { dateAdded: "", dueDate: "", ransomware: false };
  assert.equal(isCritical({ severity: "Low", knownExploited }), true);
});

test("names from a scan that are keys of every object do no harm", () => {
  const one = samplePackage({ name: "__proto__", type: "constructor" });
  const matches = [sampleMatch(one, sampleVulnerability({ id: "__proto__" }))];
  const [draft] = build([sampleImage({ matches })]);
  assert.equal(draft?.finding.vulnerability.id, "__proto__");
});
