/** Tests that Sigma files become rules, that errors have their place, what loading leaves out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryFiles } from "../../adapters/files/memory-files.ts";
import { ProblemLog } from "../../core/event/problem.ts";
import { actSensors } from "../../core/observe/detect/act-sensors.ts";
import { shippedPolicies } from "../../core/respond/shipped-policies.ts";
import { loadRules } from "./load-rules.ts";
import { parseRules } from "./parse-rules.ts";

const rule = (more: string) => `title: T
logsource:
  product: linux
  category: process_creation
${more}`;

function problemsOf(text: string): readonly string[] {
  return parseRules([{ source: "r.yml", text }]).problems.map(({ message }) => message);
}

test("an error names file, line and column", () => {
  const modifier = rule("detection:\n  s:\n    Image|endwith: /x\n  condition: s\n");
  assert.deepEqual(problemsOf(modifier), [
    'r.yml:7:5: detection.s.Image|endwith: there is no modifier "endwith"',
  ]);
  const value = rule("detection:\n  s:\n    Image:\n      - a\n      - {}\n  condition: s\n");
  assert.deepEqual(problemsOf(value), [
    "r.yml:7:5: detection.s.Image: a value is neither text nor number",
  ]);
  const network = rule("detection:\n  s:\n    a|cidr:\n      - x\n  condition: s\n");
  assert.equal(problemsOf(network).length, 0, "a field that is not known makes it not evaluable");
  const condition = rule("detection:\n  s:\n    Image: a\n  condition: s and not t\n");
  assert.deepEqual(problemsOf(condition), [
    'r.yml:8:24: detection.condition: there is no "t" in the detection',
  ]);
  const quoted = rule("detection:\n  s:\n    Image: a\n  condition: 's or'\n");
  assert.match(problemsOf(quoted)[0] ?? "", /^r\.yml:8:19: /);
  assert.match(problemsOf("a: b: c")[0] ?? "", /^r\.yml:1:4: not YAML/);
  assert.match(problemsOf("title: x\nlevel: grave")[0] ?? "", /^r\.yml:2:1: level/);
});

test("a file may hold several documents", () => {
  const one = rule("name: a\nid: 1\ndetection:\n  s:\n    Image: a\n  condition: s\n");
  const { set, problems } = parseRules([{ source: "r", text: `${one}---\n${one}---\n` }]);
  assert.equal(set.rules.length, 1);
  assert.match(problems[0]?.message ?? "", /another rule has this id/);
});

test("a directory is read with what is below it, but for cases and other files", async () => {
  const text = rule("detection:\n  s:\n    Image: a\n  condition: s\n");
  const stored = new Map(
    ["d/a.yml", "d/x/b.yaml", "d/b.cases.yaml", "d/README.md"].map((name) => [
      name,
      new TextEncoder().encode(text.replace("T\n", `${name}\n`)),
    ]),
  );
  const loading = { names: ["d", "d/a.yml"], problems: new ProblemLog() };
  const { set, problems } = await loadRules(createMemoryFiles(stored), loading);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    set.rules.map(({ head }) => head.source),
    ["d/a.yml", "d/x/b.yaml"],
  );
});

test("policies that feed acts are policies that are shipped", () => {
  const shipped = new Set(shippedPolicies.map(({ policy }) => policy.purpose));
  for (const { policies } of Object.values(actSensors)) {
    for (const name of policies) assert.ok(shipped.has(name), name);
  }
});
