/** Holds what each stage of the funnel counts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
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
import { sampleContext } from "../../testing/sample-workload-context.ts";
import type { JudgedImage } from "./judged-image.ts";

type Case = { critical: boolean; fixed: boolean; privileged: boolean; use: string };

function imageOf(one: Case, index: number): JudgedImage {
  const package_ = samplePackage({ name: `p${index}` });
  const vulnerability = sampleVulnerability({
    id: `CVE-${index}`,
    severity: one.critical ? "Critical" : "High",
    fixState: one.fixed ? "fixed" : "not-fixed",
    fixVersions: one.fixed ? ["2"] : [],
  });
  return sampleImage({
    workload: sampleWorkload(`w${index}`),
    privileged: one.privileged,
    packages: [sampleJudgedPackage(package_, sampleUsage(one.use as "in-use"))],
    matches: [sampleMatch(package_, vulnerability)],
  });
}

const anyCase = fc.record({
  critical: fc.boolean(),
  fixed: fc.boolean(),
  privileged: fc.boolean(),
  use: fc.constantFrom("in-use", "unknown", "not-observed"),
});

test("each stage counts what passes all questions up to it", () => {
  fc.assert(
    fc.property(fc.array(anyCase, { maxLength: 12 }), (cases) => {
      const { funnel } = sampleJudgement(cases.map(imageOf));
      const count = (...asks: readonly ((one: Case) => boolean)[]) =>
        cases.filter((one) => asks.every((ask) => ask(one))).length;
      const critical = (one: Case) => one.critical;
      const fixed = (one: Case) => one.fixed;
      const privileged = (one: Case) => one.privileged;
      const inUse = (one: Case) => one.use === "in-use";
      assert.equal(funnel.all, cases.length);
      assert.equal(funnel.critical, count(critical));
      assert.equal(funnel.fixable, count(critical, fixed));
      assert.equal(funnel.privileged, count(critical, fixed, privileged));
      assert.equal(funnel.inUse, count(critical, fixed, privileged, inUse));
      assert.equal(funnel.criticalFixableInUse, count(critical, fixed, inUse));
      const unknown = (one: Case) => one.use === "unknown";
      assert.equal(funnel.unknownUse, count(critical, fixed, privileged, unknown));
    }),
    { numRuns: 60 },
  );
});

test("matches are counted by their own package, findings by the strongest of them", () => {
  const lib = samplePackage({ name: "lib", type: "deb", source: "s" });
  const doc = samplePackage({ name: "tool", type: "deb", source: "s" });
  const cve = sampleVulnerability({ severity: "Critical" });
  const { funnel } = sampleJudgement([
    sampleImage({
      privileged: true,
      packages: [
        sampleJudgedPackage(lib, sampleUsage("in-use")),
        sampleJudgedPackage(doc, sampleUsage("not-observed")),
      ],
      matches: [sampleMatch(lib, cve), sampleMatch(doc, cve)],
    }),
  ]);
  assert.deepEqual(funnel.stages.privileged, {
    matches: 2,
    findings: 1,
    vulnerabilities: 1,
    upgrades: 1,
  });
  assert.equal(funnel.stages.inUse.matches, 1);
  assert.equal(funnel.stages.inUse.findings, 1);
});

test("what to act on now is counted over all, with what is assumed, and the actions", () => {
  const whole = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  const [one, other] = ["one", "other"].map((name) => samplePackage({ name }));
  if (one === undefined || other === undefined) return assert.fail();
  const known = sampleVulnerability({ cvssVector: whole, severity: "Low" });
  const guessed = sampleVulnerability({ id: "CVE-2", severity: "High" });
  const quiet = sampleVulnerability({ id: "CVE-3", severity: "Medium" });
  const used = sampleUsage("in-use");
  const { funnel, findings, actions } = sampleJudgement([
    sampleImage({
      context: sampleContext(),
      packages: [sampleJudgedPackage(one, used), sampleJudgedPackage(other, used)],
      matches: [
        sampleMatch(one, known),
        sampleMatch(one, guessed),
        sampleMatch(one, quiet),
        sampleMatch(other, quiet),
      ],
    }),
  ]);
  const decided = findings.map(({ decision }) => decision.name);
  assert.deepEqual(decided, ["act-now", "act-now", "soon", "soon"]);
  assert.deepEqual([funnel.actNow, funnel.actNowAssumed], [2, 1]);
  assert.equal(funnel.stages.actNow.findings, 2);
  assert.deepEqual([actions.length, funnel.actNowActions, funnel.actionsLeftOut], [2, 1, 0]);
});

test("every count has its definition in words", () => {
  const { funnel } = sampleJudgement([]);
  const names = Object.entries(funnel).flatMap(([name, value]) =>
    typeof value === "number" ? [name] : [],
  );
  assert.equal(names.length, 11);
  for (const name of names) assert.ok((funnel.definitions[name] ?? "").length > 20, name);
});
