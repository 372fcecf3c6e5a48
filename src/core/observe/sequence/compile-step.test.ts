/**
 * Tries reading single steps: what is spared, what makes them cheap, by which keys they go.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linearRegex } from "../../../operations/detect/linear-regex.ts";
import { ActScene, sceneAct } from "../../../testing/act-scene.ts";
import { ActReader } from "../detect/act-reader.ts";
import { type CaseProblem, CaseReader } from "../detect/case-reader.ts";
import { compileStep } from "./compile-step.ts";
import { createCompileWhere } from "./compile-where.ts";
import { decodeHead } from "./decode-head.ts";
import type { SequenceStep } from "./sequence-rule.ts";

function compile(plain: Record<string, unknown>): SequenceStep {
  const problems: CaseProblem[] = [];
  const step = compileStep(CaseReader.of({ name: "one", ...plain }, "", problems), {
    by: ["entry"],
    compileWhere: createCompileWhere(linearRegex),
    names: ["one", "two"],
    compared: [],
  });
  assert.deepEqual(problems, []);
  return step;
}

test("plain names and roles make a step cheap; patterns and alternatives do not", () => {
  const needsOf = (where: unknown) => compile({ act: "exec", where }).alternatives[0]?.needs;
  assert.deepEqual(needsOf({ name: ["a", "b"], uid: 0 }), { of: "name", values: ["a", "b"] });
  assert.deepEqual(needsOf({ role: "shell" }), { of: "role", values: ["shell"] });
  assert.equal(needsOf({ name: "python*" }), undefined);
  assert.equal(needsOf({ "name|startswith": "python" }), undefined);
  assert.equal(needsOf([{ name: "a" }, { uid: 0 }]), undefined);
  assert.ok((needsOf({ name: "$shells" })?.values.length ?? 0) > 5);
});

test("what a step spares, each of its ways spares, by words and by selections", () => {
  const ways = [{ act: "exec" }, { act: "write", unless: { path: "/x" } }];
  const { alternatives } = compile({ ["any"]: ways, unless: ["wrapping", { uid: 0 }] });
  assert.deepEqual(
    alternatives.map(({ except }) => except.length),
    [2, 3],
  );
  const scene = new ActScene();
  const reader = new ActReader();
  const isSpared = (words: string) => {
    reader.show(sceneAct(scene.add({ pid: 1, binary: "/bin/env", arguments: words }), 1), scene);
    return alternatives[0]?.except[0]?.test(reader);
  };
  assert.equal(isSpared("A=1 b"), true);
  assert.equal(isSpared(""), false);
});

test("a step may go by other keys, but by as many", () => {
  assert.deepEqual(compile({ act: "exec", by: "parent" }).alternatives[0]?.by, ["parent"]);
  assert.throws(() => compile({ act: "exec", by: ["parent", "file"] }), /needs 1 keys/);
});

test("a head without a level of its own weighs as little as it can", () => {
  const problems: CaseProblem[] = [];
  const head = decodeHead(CaseReader.of({ id: "a", title: "A" }, "", problems), { source: "f" });
  assert.equal(head.score, 2);
  assert.deepEqual(
    problems.map(({ path }) => path),
    ["level", "family"],
  );
});
