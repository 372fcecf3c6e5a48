/** Holds how findings become upgrades, and which version is enough. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  sampleImage,
  sampleJudgedPackage,
  sampleJudgement,
  sampleMatch,
  samplePackage,
  sampleUsage,
  sampleVulnerability,
  sampleWorkload,
} from "../../testing/sample-judgement.ts";
import { targetVersion } from "./group-upgrades.ts";

const needs = (installed: string, ...fixes: readonly (readonly string[])[]) =>
  fixes.map((fixedIn) => ({ installed, fixedIn }));

test("the target is the highest of the lowest fixes", () => {
  assert.equal(
    targetVersion("npm", needs("4.17.4", ["4.17.5"], ["4.17.21"], ["4.17.12"])),
    "4.17.21",
  );
  const deb = needs("1.1.1n-0+deb11u3", ["1.1.1n-0+deb11u10"], ["1.1.1n-0+deb11u9"]);
  assert.equal(targetVersion("deb", deb), "1.1.1n-0+deb11u10");
});

test("the running release line is kept where it has a fix", () => {
  assert.equal(targetVersion("npm", needs("7.1.0", ["5.7.2", "6.3.1", "7.5.2"])), "7.5.2");
  assert.equal(targetVersion("npm", needs("5.1.0", ["5.7.2", "6.3.1", "7.5.2"])), "5.7.2");
  assert.equal(
    targetVersion("java-archive", needs("5.2.6.RELEASE", ["5.3.18", "5.2.20"])),
    "5.2.20",
  );
  assert.equal(targetVersion("go-module", needs("go1.19.1", ["1.19.8", "1.20.3"])), "1.19.8");
});

test("a target in a later line must be beyond the fix of that line", () => {
  const both = needs("1.1.0", ["1.2.5", "2.0.1"], ["2.0.0"]);
  assert.equal(targetVersion("npm", both), "2.0.1");
  const minor = needs("5.2.6", ["5.2.20", "5.3.18"], ["5.3.2"]);
  assert.equal(targetVersion("java-archive", minor), "5.3.18");
  const enough = needs("1.1.0", ["1.2.5", "2.0.1"], ["1.9.0"]);
  assert.equal(targetVersion("npm", enough), "1.9.0");
});

test("with an unknown installed version the highest fix is asked for", () => {
  assert.equal(targetVersion("java-archive", needs("UNKNOWN", ["1.2", "2.4"])), "2.4");
  assert.equal(targetVersion("deb", needs("1:3.0-1", ["2.9-1+deb11u1"])), "2.9-1+deb11u1");
  assert.equal(targetVersion("npm", []), "");
});

test("one upgrade is for all packages of a source, and keeps the unfixed apart", () => {
  const lib = samplePackage({
    name: "libssl1.1",
    type: "deb",
    source: "openssl",
    version: "1.1.1k-1",
  });
  const tool = samplePackage({ name: "openssl", type: "deb", version: "1.1.1k-1" });
  const fixed = (id: string, version: string) =>
    sampleVulnerability({ id, fixVersions: [version] });
  const open = sampleVulnerability({ id: "CVE-3", fixState: "not-fixed", fixVersions: [] });
  const { upgrades, findings } = sampleJudgement([
    sampleImage({
      packages: [sampleJudgedPackage(lib, sampleUsage("in-use"))],
      matches: [
        sampleMatch(lib, fixed("CVE-1", "1.1.1n-0")),
        sampleMatch(tool, fixed("CVE-2", "1.1.1w-0")),
        sampleMatch(tool, open),
      ],
    }),
  ]);
  assert.equal(upgrades.length, 1);
  assert.equal(upgrades[0]?.package, "openssl");
  assert.equal(upgrades[0]?.to, "1.1.1w-0");
  assert.equal(upgrades[0]?.findings.length, 2);
  assert.equal(upgrades[0]?.unfixed.length, 1);
  assert.ok(findings.every((finding) => finding.upgrade === upgrades[0]?.id));
});

test("an upgrade stands where its first finding stands; what has no fix comes last", () => {
  const make = (name: string, severity: "Critical" | "High" | "Low", isFixed: boolean) => {
    const one = samplePackage({ name });
    const fix = isFixed ? {} : { fixState: "not-fixed" as const, fixVersions: [] };
    return sampleMatch(one, sampleVulnerability({ severity, ...fix }));
  };
  const { upgrades } = sampleJudgement([
    sampleImage({
      matches: [
        make("low", "Low", true),
        make("unfixed", "Critical", false),
        make("high", "High", true),
      ],
    }),
  ]);
  assert.deepEqual(
    upgrades.map((one) => one.package),
    ["high", "low", "unfixed"],
  );
});

test("the same image in two workloads is one upgrade, another image is another", () => {
  const one = samplePackage();
  const matches = [sampleMatch(one, sampleVulnerability())];
  const image = { reference: "r/web:1", digest: "sha256:1" };
  const { upgrades } = sampleJudgement([
    sampleImage({ image, matches, workload: sampleWorkload("a") }),
    sampleImage({ image, matches, workload: sampleWorkload("b") }),
    sampleImage({
      image: { ...image, digest: "sha256:2" },
      matches,
      workload: sampleWorkload("c"),
    }),
  ]);
  assert.deepEqual(upgrades.map((upgrade) => upgrade.workloads.map(({ name }) => name)).sort(), [
    ["a", "b"],
    ["c"],
  ]);
  assert.equal(new Set(upgrades.map(({ id }) => id)).size, 2);
});
