/** Holds the order and the bound of the plan, and that no finding is in it twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { partly, rankSketches, sketchImage, whole } from "../../../testing/sample-plan.ts";
import type { JudgedImage } from "../judged-image.ts";
import type { UsageState } from "../verdict.ts";
import { actionRules, planActions } from "./plan-actions.ts";

function plan(images: readonly JudgedImage[], countMax?: number) {
  const findings = rankSketches(images);
  return { findings, ...planActions(findings, countMax) };
}

test("act-now stands first, then exploited, proven, removing, and more of them", () => {
  const exploited = { dateAdded: "2024-01-01", dueDate: "", ransomware: false };
  const many = ["m1", "m2"].map(() => ({ name: "many" }));
  const { actions } = plan([
    sketchImage("soon", [{ name: "late", vulnerability: { cvssVector: partly } }]),
    sketchImage("guess", [{ name: "guessed", vulnerability: { cvssVector: "" } }]),
    sketchImage("mixed", [{ name: "single" }, ...many, { name: "stuck", fixes: [] }]),
    sketchImage("kev", [{ name: "known", vulnerability: { knownExploited: exploited } }]),
  ]);
  assert.deepEqual(
    actions.map(({ kind, package: name }) => name || kind),
    ["known", "many", "single", "close-exposure", "guessed", "late"],
  );
  assert.deepEqual(
    actions.map(({ rank }) => rank),
    [1, 2, 3, 4, 5, 6],
  );
  assert.ok(actionRules.every(({ text }) => text.length > 10));
});

test("what is beyond the bound is counted, the least urgent", () => {
  const packages = ["a", "b", "c"].map((name) => ({ name }));
  const { actions, leftOutCount } = plan([sketchImage("web", packages)], 2);
  assert.deepEqual([actions.length, leftOutCount], [2, 1]);
});

const anyImages = fc.array(
  fc.record({
    name: fc.constantFrom("a", "b", "c", "d"),
    shared: fc.boolean(),
    isClosed: fc.boolean(),
    isUnknown: fc.boolean(),
    packages: fc.array(
      fc.record({
        name: fc.constantFrom("x", "y", "z"),
        type: fc.constantFrom("deb", "npm"),
        layer: fc.constantFrom("", "sha256:os", "sha256:top"),
        use: fc.constantFrom("in-use", "unknown", "not-observed"),
        fixes: fc.constantFrom([], ["2.0.0"], ["1.0.1", "2.0.0"]),
        vector: fc.constantFrom("", whole, partly),
      }),
      { maxLength: 5 },
    ),
  }),
  { maxLength: 5 },
);

test("every finding with a fix is in one action, and no finding is in two", () => {
  fc.assert(
    fc.property(anyImages, (sketches) => {
      const images = sketches.map(({ name, shared, packages, ...given }, index) =>
        sketchImage(
          `${name}${index}`,
          packages.map(({ vector, ...one }) => ({
            ...one,
            use: one.use as UsageState,
            vulnerability: { cvssVector: vector },
          })),
          {
            ...given,
            layers: [shared ? "sha256:os" : `sha256:${index}`, "sha256:top", "sha256:z"],
          },
        ),
      );
      const { findings, actions } = plan(images);
      const listed = actions.flatMap((action) => action.findings);
      assert.equal(new Set(listed).size, listed.length);
      for (const { finding } of findings) {
        if (finding.fixable) assert.ok(listed.includes(finding.id));
      }
      assert.equal(new Set(actions.map(({ id }) => id)).size, actions.length);
      assert.deepEqual(plan([...images].reverse()).actions, actions);
    }),
    { numRuns: 40 },
  );
});
