/** Tests of `fail-on.ts`: conditions and the findings that meet them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "../core/judge/verdict.ts";
import { checkFailOn, readFailOn } from "./fail-on.ts";

interface Traits {
  readonly severity?: string;
  readonly inUse?: boolean;
  readonly kev?: boolean;
  readonly state?: string;
}

function finding(id: string, traits: Traits): Finding {
  const { severity = "Low", inUse = false, kev = false, state = "unknown" } = traits;
  const known = kev ? { dateAdded: "2026-01-01", dueDate: "", ransomware: false } : null;
  const fields = { id, inUse, fixable: true, privileged: false, usage: { state } };
  return { ...fields, vulnerability: { severity, kev: known } } as unknown as Finding;
}

const findings = [
  finding("a", { severity: "Critical" }),
  finding("b", { severity: "High", inUse: true, state: "in-use" }),
  finding("c", { severity: "Medium", kev: true, state: "not-observed" }),
];

const met = (...texts: string[]) =>
  checkFailOn(readFailOn(texts), findings).map(({ condition, findings: ids }) => [
    condition,
    ...ids,
  ]);

test("a severity holds for that one and all that are worse", () => {
  assert.deepEqual(met("critical"), [["critical", "a"]]);
  assert.deepEqual(met("medium"), [["medium", "a", "b", "c"]]);
});

test("words that are joined must hold for one and the same finding", () => {
  assert.deepEqual(met("in-use:high"), [["in-use:high", "b"]]);
  assert.deepEqual(met("in-use:critical"), []);
});

test("of several conditions each is told by itself", () => {
  assert.deepEqual(met("kev,in-use:critical", "high:in-use"), [
    ["kev", "c"],
    ["high:in-use", "b"],
  ]);
});

test("what is unknown may be in use; what was not observed is left out", () => {
  assert.deepEqual(met("maybe-in-use"), [["maybe-in-use", "a", "b"]]);
});

test("an unknown word is refused with the nearest one", () => {
  assert.throws(
    () => readFailOn(["in-use:critcal"]),
    /"critcal" is none of .*Did you mean "critical"/,
  );
  assert.throws(() => readFailOn([""]), /"" is none of/);
});
