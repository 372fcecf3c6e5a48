/** Holds the two ways a value is held against a shape, beside what `read-policy` shows of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findFaults, findMismatch, goKind } from "./check-shape.ts";
import { policyShape } from "./policy-schema.ts";

test("the shape of a policy has every section and no more", () => {
  assert.ok(policyShape.kind === "struct");
  const { spec } = policyShape.fields;
  assert.ok(spec?.kind === "struct");
  assert.deepEqual(
    Object.keys(spec.fields).join(" "),
    "containerSelector enforcers fentries hostSelector kprobes lists loader lsmhooks options " +
      "podSelector selectorsMacros tracepoints uprobes usdts",
  );
});

test("Go's decoder ends at the first fault, the definition tells all", () => {
  const text = { kind: "text", oneOf: ["a", "b"] } as const;
  const shape = { kind: "list", of: text, countMax: 2 } as const;
  assert.equal(findMismatch(["c", [], {}], shape)?.startsWith("cannot unmarshal array"), true);
  const faults: string[] = [];
  findFaults(["c", "a", 7], shape, "list", faults);
  assert.deepEqual(faults, [
    "list in body should have at most 2 items",
    "list[0] in body should be one of [a b]",
    'list[2] in body must be of type string: "integer"',
  ]);
});

test("faults have a bound, and kinds have Go's names", () => {
  const faults: string[] = [];
  const shape = { kind: "list", of: { kind: "bool" }, countMax: 9 } as const;
  findFaults(Array(10_000).fill(1.5), shape, "list", faults);
  assert.ok(
    faults.length <= 51 && faults[1] === 'list[0] in body must be of type boolean: "number"',
  );
  assert.deepEqual([[], {}, "", 1, true].map(goKind), [
    "array",
    "object",
    "string",
    "number",
    "bool",
  ]);
});
