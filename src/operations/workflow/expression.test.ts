/**
 * Tests of `read-expression.ts`, `run-expression.ts` and `template.ts`: what people write, what
 * telemetry holds, and that the one never becomes the other.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readExpression } from "./read-expression.ts";
import { ExpressionError, runExpression } from "./run-expression.ts";
import { compileTemplate, fillTemplate, pathsOfTemplate } from "./template.ts";

const values = {
  inputs: { since: "1h", count: 3, quiet: false, "min-severity": "high", nothing: null },
  steps: {
    find: {
      status: "succeeded",
      output: {
        incidents: [
          { id: "a", severity: "critical" },
          { id: "b", severity: "low" },
        ],
      },
    },
  },
};

function run(text: string): unknown {
  const read = readExpression(text);
  if ("trouble" in read) throw new RangeError(`${read.trouble.offset}: ${read.trouble.message}`);
  return runExpression(read.expression, values);
}

test("expressions compare, join, look into lists and count", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["inputs.count", 3],
    ["inputs.count >= 3 and not inputs.quiet", true],
    ["inputs.count < 3 or inputs.count > 100", false],
    ["inputs.count == 3.0", true],
    ["inputs.since != '2h'", true],
    ["inputs.min-severity >= 'medium'", true],
    ["inputs.min-severity > 'critical'", false],
    ["steps.find.output.incidents[0].severity in ['high', 'critical']", true],
    ["'h' in inputs.since", true],
    ["length(steps.find.output.incidents) > 1", true],
    ["length(steps.find.output.incidents[7])", 0],
    ["exists(steps.find.output.nothing)", false],
    ["exists(inputs.nothing)", false],
    ["exists(inputs['since'])", true],
    ["not not (true and (false or true))", true],
    ["'it''s' == 'it''s'", true],
    ["-1 < 0", true],
    ["inputs.nothing == null", true],
    ["false and inputs.since", false],
  ];
  for (const [text, value] of cases) assert.equal(run(text), value, text);
});

test("what is no expression is told with its place", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["", /^0: it ends too early/],
    ["inputs.count >", /^14: it ends too early/],
    ["inputs.count = 3", /^13: "=" is not understood/],
    ["inputs.count == 3 4", /^18: "4" is out of place/],
    ["process.exit(1)", /^12: "\(" is out of place/],
    ["constructor('x')", /^0: there is no constructor\(\)/],
    ["(inputs.count", /^13: expected "\)"/],
    ["inputs..count", /^7: "." is out of place/],
    ["inputs[count]", /^7: "count" is out of place/],
    [`${"(".repeat(200)}1${")".repeat(200)}`, /too deep/],
    [`${"[".repeat(200)}1${"]".repeat(200)}`, /too deep/],
    [`inputs${".a".repeat(200)}`, /too deep/],
    ["1".repeat(5000), /too long/],
  ];
  for (const [text, told] of cases)
    assert.throws(() => run(text), { message: told }, text.slice(0, 40));
});

test("kinds that do not fit are told, not guessed", () => {
  for (const text of ["inputs.since and true", "inputs.since < 3", "inputs == inputs", "1 in 2"]) {
    assert.throws(() => run(text), ExpressionError, text);
  }
});

test("only own keys of data are reached", () => {
  for (const path of [
    "inputs.constructor",
    "inputs.__proto__.x",
    "steps.find.output.incidents.map",
  ]) {
    assert.equal(run(`exists(${path})`), false, path);
  }
  assert.equal(run("exists(inputs.since.length)"), false);
});

test("no text makes reading or running fail in another way", () => {
  const words = [
    "inputs",
    ".",
    "count",
    "(",
    ")",
    "[",
    "]",
    "'",
    "and",
    "not",
    "in",
    "==",
    "<",
    " ",
  ];
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom(...words)).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(text, (one) => {
      const read = readExpression(one);
      if ("trouble" in read) {
        assert.ok(read.trouble.offset <= one.length);
        return;
      }
      try {
        runExpression(read.expression, values);
      } catch (error) {
        assert.ok(error instanceof ExpressionError);
      }
    }),
  );
});

function fill(value: unknown, over: Readonly<Record<string, unknown>> = values): unknown {
  const template = compileTemplate(value, [], ({ message, offset, path }) => {
    throw new Error(`${path.join(".")}:${offset}: ${message}`);
  });
  return fillTemplate(template, over);
}

test("a value that is one template keeps its type, text around it makes a text", () => {
  assert.equal(fill(`\${{ inputs.count }}`), 3);
  assert.deepEqual(fill({ a: [`\${{ steps.find.output.incidents }}`] }), {
    a: [values.steps.find.output.incidents],
  });
  assert.equal(
    fill(`last \${{ inputs.since }}, \${{ inputs.count }} of \${{ inputs.nothing }}`),
    "last 1h, 3 of ",
  );
  assert.equal(fill(`\${{ length(steps.find.output.incidents) > 1 }}`), true);
  assert.equal(fill(`\${{ '}}' }}`), "}}");
  assert.equal(fill("no template: $ {{ x }}"), "no template: $ {{ x }}");
  assert.throws(() => fill(`\${{ inputs.other }}`), /nothing is at inputs.other/);
});

test("a template that is wrong is told with its place in the text", () => {
  assert.throws(
    () => fill({ a: { b: `x \${{ inputs. }}` } }),
    /^Error: a\.b:13: it ends too early/,
  );
  assert.throws(() => fill(`x \${{ inputs.a`), /:2: a template is not closed/);
});

test("text of telemetry is never read as a template or an expression", () => {
  fc.assert(
    fc.property(fc.string(), (noise) => {
      const hostile = `${noise}\${{ inputs.secret }}${noise}' or true`;
      const given = { steps: { x: { output: { name: hostile } } }, inputs: { secret: "s3cret" } };
      assert.equal(fill(`\${{ steps.x.output.name }}`, given), hostile);
      assert.equal(fill(`<\${{ steps.x.output.name }}>`, given), `<${hostile}>`);
    }),
  );
});

test("a template tells all paths that it reads", () => {
  const template = compileTemplate(
    {
      a: `\${{ steps.one.output }}`,
      b: [`\${{ not (exists(inputs.x) and steps.two.status in ['a']) }}`],
    },
    [],
    () => assert.fail("it is right"),
  );
  const paths = pathsOfTemplate(template).map(({ parts }) => parts.join("."));
  assert.deepEqual(paths, ["steps.one.output", "inputs.x", "steps.two.status"]);
});
