/**
 * Tries reading rules: what is understood, and that each mistake is told with its place.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linearRegex } from "../../../operations/detect/linear-regex.ts";
import { parseSequences } from "../../../operations/detect/parse-sequences.ts";
import { compileSequence } from "./compile-sequence.ts";
import { createCompileWhere } from "./compile-where.ts";

const options = { source: "a.yaml", compileWhere: createCompileWhere(linearRegex) };
const plain = {
  id: "a-rule",
  title: "A rule",
  family: "discovery",
  level: "medium",
  techniques: ["T1082"],
  author: "me",
  by: "entry",
  within: "90s",
  steps: [
    { name: "one", act: "exec", where: { name: "id" } },
    { name: "two", act: ["connect"], with: { "same-address": "one", after: "one" } },
  ],
};

function problemsOf(change: Record<string, unknown>): readonly string[] {
  const { rule, problems } = compileSequence({ ...plain, ...change }, options);
  assert.equal(rule, undefined);
  return problems.map(({ path, message }) => `${path} ${message}`);
}

test("a rule says what it is, and what must be watched for it", () => {
  const { rule, problems } = compileSequence(plain, options);
  assert.deepEqual(problems, []);
  assert.equal(rule?.withinUs, 90_000_000);
  assert.equal(rule?.head.score, 25);
  assert.deepEqual(rule?.head.tactics, ["discovery"]);
  assert.equal(rule?.subjectStep, 1);
  assert.equal(rule?.evaluable.state, "with-policy");
});

test("a rule that can do with starts of programs needs no policy", () => {
  const ways = [{ act: "exec" }, { act: "write" }];
  const { rule } = compileSequence({ ...plain, steps: [{ name: "one", ["any"]: ways }] }, options);
  assert.deepEqual(rule?.evaluable, { state: "yes" });
});

test("each mistake is told with its place", () => {
  const step = { name: "one", act: "exec" };
  const cases: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ id: "A rule" }, /^id is no name/],
    [{ level: "grave" }, /^level cannot be "grave"/],
    [{ family: "novel" }, /^family cannot be/],
    [{ techniques: ["1082"] }, /^techniques has "1082"/],
    [{ by: "session" }, /^by cannot be "session"/],
    [{ within: "11m" }, /^within is no time/],
    [{ within: "soon" }, /^within is no time/],
    [{ order: true }, /^order is not known here/],
    [{ steps: [] }, /^steps is empty/],
    [{ steps: [step, step] }, /^steps has one name twice/],
    [{ steps: [{ ...step, act: "run" }] }, /^steps\[0\]\.act has "run"/],
    [{ steps: [{ ...step, where: { nam: "x" } }] }, /^steps\[0\]\.where nam/],
    [{ steps: [{ ...step, where: { "name|re": "(" } }] }, /^steps\[0\]\.where name/],
    [{ steps: [{ ...step, where: { name: "$no" } }] }, /^steps\[0\]\.where names no list/],
    [{ steps: [{ ...step, unless: "sunday" }] }, /^steps\[0\]\.unless has "sunday"/],
    [{ steps: [{ ...step, with: { near: "one" } }] }, /^steps\[0\]\.with\.near names no other/],
    [{ steps: [step, { ...step, name: "b", with: { near: "one" } }] }, /near is no relation/],
    [{ steps: [{ ...step, distinct: { field: "x", "at-least": 2 } }] }, /distinct\.field is no/],
    [{ steps: [{ ...step, count: 2, sum: { field: "bytes" } }] }, /counts in more than one/],
    [{ subject: "three" }, /^subject names no step/],
    [{ subject: "one.child" }, /^subject names neither/],
    [{ indicators: "hash" }, /^indicators cannot be/],
  ];
  for (const [change, expected] of cases) {
    const problems = problemsOf(change);
    assert.ok(
      problems.some((one) => expected.test(one)),
      `${JSON.stringify(change)}: ${problems.join("; ")}`,
    );
  }
});

test("what is no map is refused", () => {
  for (const value of [null, 1, "x", [plain]]) {
    assert.equal(compileSequence(value, options).rule, undefined);
  }
});

test("a mistake in a file is told with line and column", () => {
  const text = [
    "id: a-rule",
    "title: A rule",
    "family: discovery",
    "level: low",
    "by: entry",
    "within: 1m",
    "steps:",
    "  - name: one",
    "    act: exec",
    "    where: { nam: x }",
  ].join("\n");
  const { rules, problems } = parseSequences([{ source: "a.yaml", text }]);
  assert.deepEqual(rules, []);
  assert.match(problems[0]?.message ?? "", /^a\.yaml:10:12: steps\[0\]\.where nam/);
});

test("the second of two rules with one id is refused, and a file that is no YAML", () => {
  const text = JSON.stringify(plain);
  const { rules, problems } = parseSequences([
    { source: "a.yaml", text },
    { source: "b.yaml", text: `${text}` },
    { source: "c.yaml", text: "a: [" },
  ]);
  assert.equal(rules.length, 1);
  assert.match(problems[0]?.message ?? "", /^b\.yaml:1:1: the id a-rule is that of a rule in a/);
  assert.match(problems[1]?.message ?? "", /^c\.yaml:1:\d+: not YAML/);
});
