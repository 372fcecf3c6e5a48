/** Tests of `match-selector.ts`: what fits, and what cannot be told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Requirement } from "../../inventory/cluster/cluster-objects.ts";
import { allOf, anyOf, type LabelLookup, matchSelector, unknownLabel } from "./match-selector.ts";

const lookup: LabelLookup = (key) =>
  key === "secret"
    ? unknownLabel
    : new Map([
        ["app", "a"],
        ["empty", ""],
      ]).get(key);
const need = (operator: Requirement["operator"], key: string, ...values: string[]) =>
  matchSelector([{ key, operator, values }], lookup);

test("each operator on a label that is there, absent, empty, unknown", () => {
  const keys = ["app", "none", "empty", "secret"];
  const all = (operator: Requirement["operator"], ...values: string[]) =>
    keys.map((key) => need(operator, key, ...values));
  assert.deepEqual(all("Exists"), [true, false, true, undefined]);
  assert.deepEqual(all("DoesNotExist"), [false, true, false, undefined]);
  assert.deepEqual(all("In", "a", "b"), [true, false, false, undefined]);
  assert.deepEqual(all("NotIn", "a", "b"), [false, true, true, undefined]);
  assert.deepEqual(all("In"), [false, false, false, undefined]);
  assert.deepEqual(all("unknown"), [undefined, undefined, undefined, undefined]);
});

test("false decides all, true decides any, and doubt goes behind both", () => {
  const same = (value: boolean | undefined) => value;
  assert.equal(matchSelector([], lookup), true);
  assert.equal(allOf([true, undefined, false], same), false);
  assert.equal(allOf([true, undefined], same), undefined);
  assert.equal(anyOf([false, undefined, true], same), true);
  assert.equal(anyOf([false, undefined], same), undefined);
  assert.equal(anyOf([], same), false);
});
