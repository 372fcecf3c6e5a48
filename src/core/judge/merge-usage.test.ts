/** Holds the rules of merging verdicts of replicas. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sampleUsage } from "../../testing/sample-judgement.ts";
import { compareUsage, mergeUsages } from "./merge-usage.ts";
import { evidenceLevels, type Usage } from "./verdict.ts";

const usage: fc.Arbitrary<Usage> = fc
  .record({
    state: fc.constantFrom("in-use" as const, "unknown" as const, "not-observed" as const),
    level: fc.constantFrom(...evidenceLevels),
    coverage: fc.constantFrom("none" as const, "partial" as const, "good" as const),
    evidence: fc.uniqueArray(fc.constantFrom("e1", "e2", "e3", "e4")),
  })
  .map(({ state, ...rest }) => sampleUsage(state, rest));

test("a package that one replica uses is in use, whatever the others show", () => {
  const merged = mergeUsages([sampleUsage("not-observed"), sampleUsage("in-use")]);
  assert.equal(merged.state, "in-use");
  assert.match(merged.because, /in 1 of 2 containers/);
});

test("not observed must hold in every replica", () => {
  const unsure = mergeUsages([sampleUsage("not-observed"), sampleUsage("unknown")]);
  assert.equal(unsure.state, "unknown");
  const sure = mergeUsages([sampleUsage("not-observed"), sampleUsage("not-observed")]);
  assert.equal(sure.state, "not-observed");
});

test("coverage of replicas is that of the worst covered", () => {
  const partial = sampleUsage("unknown", { coverage: "partial" });
  assert.equal(mergeUsages([sampleUsage("in-use"), partial]).coverage, "partial");
});

test("first and last use span all replicas", () => {
  const early = sampleUsage("in-use", { firstSeen: "2026-01-01", lastSeen: "2026-01-02" });
  const late = sampleUsage("in-use", { firstSeen: "2026-01-03", lastSeen: "2026-01-04" });
  const merged = mergeUsages([late, early, sampleUsage("not-observed")]);
  assert.deepEqual([merged.firstSeen, merged.lastSeen], ["2026-01-01", "2026-01-04"]);
});

test("merging never weakens a verdict, keeps its evidence, and the order does not matter", () => {
  fc.assert(
    fc.property(fc.array(usage, { minLength: 1, maxLength: 4 }), (usages) => {
      const merged = mergeUsages(usages);
      const turned = mergeUsages([...usages].reverse());
      for (const one of usages) assert.ok(compareUsage(merged, one) <= 0);
      const evidence = new Set(usages.flatMap((one) => one.evidence));
      assert.deepEqual(new Set(merged.evidence), evidence);
      assert.equal(turned.state, merged.state);
      assert.equal(turned.level, merged.level);
      assert.equal(turned.coverage, merged.coverage);
    }),
  );
});
