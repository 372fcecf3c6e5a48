/** Tests the reading of filters: none that is not understood leaves something out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeFilter } from "./decode-filter.ts";
import type { RuleProblem } from "./rule-problem.ts";
import { runWith } from "./run-expression.ts";

const whole = {
  ...{ title: "f", logsource: { product: "linux" } },
  filter: { rules: ["a"], selection: { User: "x" }, condition: "selection" },
};

function problemsOf(more: object): readonly string[] {
  const problems: RuleProblem[] = [];
  const filter = decodeFilter({ ...whole, ...more }, "f.yml", problems);
  assert.equal(filter === undefined, problems.length > 0);
  return problems.map(({ path }) => path.join("."));
}

test("a filter names a source and its rules", () => {
  assert.deepEqual(problemsOf({}), []);
  assert.deepEqual(problemsOf({ logsource: undefined }), ["logsource"]);
  assert.deepEqual(problemsOf({ filter: ["a"] }), ["filter"]);
  assert.deepEqual(problemsOf({ filter: { rules: [], condition: "x" } }), ["filter.rules"]);
});

test("an expression that no act can fulfil never runs", () => {
  const never = runWith({ kind: "or", parts: [] }, ["exec"]);
  assert.equal(never.evaluable.state, "never");
  assert.equal(never.selection, undefined);
});
