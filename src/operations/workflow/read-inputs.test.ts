/** Tests of `read-inputs.ts`: words and data become values of the declared types. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { WaggleError } from "../../ports/waggle-error.ts";
import { checkInputs, readInputs, splitWords } from "./read-inputs.ts";

const inputs = {
  since: { type: "duration", default: "1h" },
  count: { type: "number" },
  quiet: { type: "boolean", default: false },
  names: { type: "list" },
  level: { type: "severity" },
  kind: { choices: ["a", "b"] },
  id: { required: true },
} as const;
const read = (given: Readonly<Record<string, unknown>>) =>
  readInputs({ name: "w", inputs: inputs as never }, given);

test("each declared input has a value: what was said, its default, or null", () => {
  assert.deepEqual(read({ id: "x" }), {
    ...{ since: "1h", count: null, quiet: false, names: null, level: null, kind: null, id: "x" },
  });
  const words = splitWords([
    "id=a=b",
    "count=3",
    "quiet=true",
    "names=x,y",
    "level=high",
    "kind=b",
  ]);
  assert.deepEqual(read(words), {
    ...{ since: "1h", count: 3, quiet: true, names: ["x", "y"], level: "high", kind: "b" },
    id: "a=b",
  });
  assert.deepEqual(read({ id: "x", names: ["a"], count: 4 })["names"], ["a"]);
});

test("what does not fit is refused, and named", () => {
  const cases: readonly (readonly [Readonly<Record<string, unknown>>, RegExp])[] = [
    [{}, /needs --input id=/],
    [{ id: "x", since: "soon" }, /input since: expected a duration/],
    [{ id: "x", count: "many" }, /input count: expected a number/],
    [{ id: "x", quiet: "yes" }, /input quiet: expected true or false/],
    [{ id: "x", level: "grave" }, /input level: expected one of informational/],
    [{ id: "x", kind: "c" }, /input kind: expected one of a, b/],
    [{ id: { a: 1 } }, /input id: expected a text/],
    [{ id: "x", names: [1] }, /input names: expected a list of texts/],
    [{ id: "x", other: 1 }, /has no input "other"/],
    [{ id: "x".repeat(20_000) }, /input id: expected a text/],
    // No program takes such a word: starting one would fail as a defect.
    [{ id: "a\0b" }, /input id: expected a text/],
    [{ id: "x", names: ["a\0b"] }, /input names: expected a list of texts/],
  ];
  for (const [given, told] of cases) assert.throws(() => read(given), told);
  assert.throws(() => splitWords(["=x"]), /key=value/);
});

test("whatever is said, the answer is a value or a refusal", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...Object.keys(inputs), "__proto__"), fc.anything()),
      (given) => {
        try {
          const values = read(given);
          assert.deepEqual(Object.keys(values), Object.keys(inputs));
        } catch (error) {
          assert.ok(error instanceof WaggleError && error.code === "usage");
        }
      },
    ),
  );
});

test("a default that does not fit its type is a mistake of the file", () => {
  const told = checkInputs({ a: { type: "number", default: "x" }, b: { default: "y" } });
  assert.deepEqual(told, [{ path: ["inputs", "a", "default"], message: "expected a number" }]);
});
