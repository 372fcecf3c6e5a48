/**
 * Tries that an act meets the steps that could be its own, each once.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ActScene, sceneAct } from "../../../testing/act-scene.ts";
import type { SequenceRule, StepAlternative } from "./sequence-rule.ts";
import { createStepIndex, type IndexedStep } from "./step-index.ts";

function ruleOf(...alternatives: readonly Partial<StepAlternative>[]): SequenceRule {
  const rest = { kinds: ["exec"], test: undefined, except: [], file: "path", by: [] } as const;
  const steps = alternatives.map((one) => ({
    name: "a",
    alternatives: [{ ...rest, needs: undefined, ...one }],
    tally: undefined,
    relations: [],
  }));
  return { steps } as unknown as SequenceRule;
}

test("steps are found by kind, by name whatever its case, and once by any of several roles", () => {
  const rule = ruleOf(
    {},
    { kinds: ["connect"] },
    { needs: { of: "name", values: ["Curl"] } },
    { needs: { of: "name", values: ["wget"] } },
    { needs: { of: "role", values: ["encryptor", "network-tool"] } },
  );
  const index = createStepIndex([rule]);
  const found: IndexedStep[] = [];
  const scene = new ActScene();
  index.find(sceneAct(scene.add({ pid: 1, binary: "/usr/bin/curl" }), 1), found);
  assert.deepEqual(
    found.map(({ step }) => step),
    [0, 2],
  );
  // It has both roles.
  index.find(sceneAct(scene.add({ pid: 2, binary: "/usr/bin/openssl" }), 1), found);
  assert.deepEqual(
    found.map(({ step }) => step),
    [0, 4],
  );
  index.find(sceneAct(scene.add({ pid: 3, binary: "/bin/a" }), 1, { kind: "mount" }), found);
  assert.deepEqual(found, []);
});
