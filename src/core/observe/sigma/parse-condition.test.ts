/** Tests that conditions mean what the specification says, and that errors name their place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ActReader } from "../detect/act-reader.ts";
import { compileExpression, type Expression } from "./expression.ts";
import { parseCondition } from "./parse-condition.ts";

function evaluate(condition: string, facts: Readonly<Record<string, boolean>>): boolean {
  const known = new Map(
    Object.entries(facts).map(([name, holds]): [string, Expression] => [
      name,
      { kind: "item", fields: [], test: () => holds, explain: () => name, needs: undefined },
    ]),
  );
  const parsed = parseCondition(condition, known);
  assert.ok("expression" in parsed, JSON.stringify(parsed));
  return compileExpression(parsed.expression)(new ActReader());
}

const [t, f] = [true, false];

test("not binds more than and, and more than or", () => {
  assert.equal(evaluate("a or b and c", { a: t, b: t, c: f }), true);
  assert.equal(evaluate("(a or b) and c", { a: t, b: t, c: f }), false);
  assert.equal(evaluate("not a and b", { a: t, b: f }), false);
  assert.equal(evaluate("not (a and b)", { a: t, b: f }), true);
  assert.equal(evaluate("not a or b", { a: t, b: t }), true);
  assert.equal(evaluate("not not a", { a: t }), true);
});

test("1 of and all of take patterns, and them leaves out names with an underscore", () => {
  assert.equal(evaluate("1 of sel_*", { sel_a: f, sel_b: t, other: f }), true);
  assert.equal(evaluate("all of sel_*", { sel_a: f, sel_b: t }), false);
  assert.equal(evaluate("any of *_b", { sel_a: f, sel_b: t }), true);
  assert.equal(evaluate("all of them", { a: t, _b: f }), true);
  assert.equal(evaluate("a and not 1 of filter*", { a: t, filter_1: f, filter_2: t }), false);
  assert.equal(evaluate("1 of s*x*e", { sxe: t }), true);
  assert.equal(evaluate("A or a", { A: f, a: t }), true);
});

test("what is wrong is told with its place", () => {
  const known = new Map<string, Expression>([["a", { kind: "and", parts: [] }]]);
  const offsetOf = (condition: string) => {
    const parsed = parseCondition(condition, known);
    assert.ok("message" in parsed, condition);
    return parsed.offset;
  };
  assert.equal(offsetOf("a and b"), 6);
  assert.equal(offsetOf("a and"), 5);
  assert.equal(offsetOf("(a"), 2);
  assert.equal(offsetOf("a a"), 2);
  assert.equal(offsetOf("a | count() > 5"), 2);
  assert.equal(offsetOf("1 of nothing*"), 5);
  assert.equal(offsetOf(""), 0);
  assert.equal(offsetOf(`${"(".repeat(5000)}a`) > 0, true);
  assert.equal(offsetOf(`${"not ".repeat(5000)}a`) > 0, true);
});
