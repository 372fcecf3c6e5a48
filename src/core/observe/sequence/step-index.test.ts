/**
 * Tries that an act meets the steps that could be its own, each once.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linearRegex } from "../../../operations/detect/linear-regex.ts";
import { ActScene, sceneAct } from "../../../testing/act-scene.ts";
import { ActReader } from "../detect/act-reader.ts";
import { createCompileWhere } from "./compile-where.ts";
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
  return { steps, except: [] } as unknown as SequenceRule;
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
  const scene = new ActScene();
  const reader = new ActReader();
  const stepsOf = (binary: string, told: Parameters<typeof sceneAct>[2] = {}) => {
    const found: IndexedStep[] = [];
    const act = sceneAct(scene.add({ pid: 1, binary }), 1, told);
    reader.show(act, scene);
    index.find(act, reader, found);
    return found.map(({ step }) => step);
  };
  assert.deepEqual(stepsOf("/usr/bin/curl"), [0, 2]);
  // It has both roles.
  assert.deepEqual(stepsOf("/usr/bin/openssl"), [0, 4]);
  assert.deepEqual(stepsOf("/bin/a", { kind: "mount" }), []);
});

test("what a path rules out, or is spared for, is remembered; a role is asked each time", () => {
  const where = (plain: object) => createCompileWhere(linearRegex)(plain, assert.fail);
  const rule = ruleOf(
    { kinds: ["write"], test: where({ "path|startswith": "/etc/", uid: 7 }) },
    {
      kinds: ["write"],
      except: [where({ basename: "passwd" })].filter((one) => one !== undefined),
    },
    { kinds: ["write"], needs: { of: "role", values: ["network-tool"] } },
  );
  const index = createStepIndex([rule]);
  const scene = new ActScene();
  const reader = new ActReader();
  const stepsOf = (binary: string, path: string) => {
    const found: IndexedStep[] = [];
    const act = sceneAct(scene.add({ pid: 1, binary }), 1, { kind: "write", path });
    reader.show(act, scene);
    index.find(act, reader, found);
    return found.map(({ step }) => step);
  };
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual(stepsOf("/bin/a", "/etc/passwd"), [0], "whose uid it is, is not decided here");
    assert.deepEqual(stepsOf("/bin/a", "/tmp/x"), [1]);
    assert.deepEqual(stepsOf("/usr/bin/openssl", "/etc/passwd"), [0, 2]);
  }
});
