/** Tests how correlations find their rules and what those must tell. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linearRegex } from "../../../operations/detect/linear-regex.ts";
import { compileRule } from "./compile-rule.ts";
import { decodeCorrelation } from "./decode-correlation.ts";
import { findRules } from "./find-rules.ts";
import { linkCorrelations } from "./link-correlations.ts";

const options = { regex: linearRegex, placeholders: new Map() };

function rule(source: string, more: object) {
  const logsource = { category: "process_creation" };
  const detection = { s: { Image: "/bin/x" }, condition: "s" };
  const made = compileRule({ title: "t", logsource, detection, ...more }, source, options, []);
  assert.ok(made);
  return made;
}

function correlation(source: string, more: object, head: object = {}) {
  const plain = { title: "c", ...head, correlation: { type: "temporal", timespan: "1m", ...more } };
  const made = decodeCorrelation(plain, source, []);
  assert.ok(made);
  return made;
}

test("a name is looked for in the same file first, and must be clear", () => {
  const rules = [rule("a", { name: "n" }), rule("b", { name: "n" }), rule("c", { id: "i" })];
  const find = (source: string, name: string) =>
    findRules(correlation(source, { rules: [name] }), rules, []);
  assert.deepEqual(find("b", "n"), [{ kind: "rule", index: 1 }]);
  assert.match(String(find("z", "n")), /several rules/);
  assert.deepEqual(find("z", "i"), [{ kind: "rule", index: 2 }]);
});

test("a rule that was renamed is found by its old id", () => {
  const rules = [rule("a", { id: "new", related: [{ id: "old", type: "renamed" }] })];
  assert.deepEqual(findRules(correlation("b", { rules: ["old"] }), rules, []), [
    { kind: "rule", index: 0 },
  ]);
});

test("rules tell what all correlations above them group by, and are silent themselves", () => {
  const rules = [rule("a", { name: "x" }), rule("a", { name: "y" }), rule("a", { name: "z" })];
  const inner = correlation("a", { rules: ["x"], "group-by": ["User"] }, { name: "inner" });
  const outer = correlation("a", {
    ...{ rules: ["inner", "y"], "group-by": ["who"] },
    aliases: { who: { inner: "ProcessId", y: "ParentProcessId" } },
  });
  const linked = linkCorrelations(rules, [inner, outer]);
  const told = linked.rules.map(({ wanted, isSilent }) => [[...wanted.keys()], isSilent]);
  assert.deepEqual(told, [
    [["User", "ProcessId"], true],
    [["ParentProcessId"], true],
    [[], false],
  ]);
  assert.deepEqual(
    linked.correlations.map(({ isSilent }) => isSilent),
    [true, false],
  );
});

test("an alias must say something of each rule", () => {
  const rules = [rule("a", { name: "x" }), rule("a", { name: "y" })];
  const aliases = { who: { x: "ProcessId" } };
  const one = correlation("a", { rules: ["x", "y"], "group-by": ["who"], aliases });
  const [linked] = linkCorrelations(rules, [one]).correlations;
  assert.ok(linked?.evaluable.state === "never");
  assert.match(linked.evaluable.why, /alias/);
});
