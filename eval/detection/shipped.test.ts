/** Holds that what ships still tells recorded attacks from recorded ordinary work. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { evaluateRun, type RunResult, readGround } from "./evaluate-run.ts";
import { listDetection } from "./list-detection.ts";
import { loadMeasuredRules } from "./load-detectors.ts";
import { shippedFolder } from "./run-detection.ts";
import { findRuns } from "./runs.ts";
import { isAtLeast, isFalse, sumResults } from "./score-detection.ts";

const rules = await loadMeasuredRules(join(import.meta.dirname, "..", "..", "rules"));
let made: Promise<RunResult> | undefined;

/** Read once for all tests here. */
function evaluated(): Promise<RunResult> {
  made ??= (async () => {
    const [run] = await findRuns(shippedFolder);
    assert.ok(run !== undefined);
    return evaluateRun(run, await readGround(run), rules.all);
  })();
  return made;
}

test("all rules that ship can be taken", () => {
  assert.deepEqual(rules.problems, []);
  assert.ok(rules.ruleCount > 50);
});

test("nearly each recorded attack is one incident that cites a process of it", async () => {
  const { scenarios } = await evaluated();
  const { count, found, single, prompt } = sumResults(
    scenarios.filter(({ scenario }) => scenario.kind === "attack"),
  );
  const missed = scenarios.filter(
    ({ scenario, isFound }) => scenario.kind === "attack" && !isFound,
  );
  const names = missed.map(({ scenario }) => scenario.id).join(", ");
  assert.equal(count, 29);
  assert.ok(found >= 0.95 * count, `missed: ${names}`);
  assert.ok(single >= 0.9 * found, `only ${single} of ${found} are told by one incident`);
  assert.equal(prompt, found);
});

test("recorded ordinary work gives no incident of at least medium", async () => {
  const { scenarios, judged } = await evaluated();
  const blamed = scenarios.filter(
    ({ scenario, severity }) => scenario.kind === "benign" && isAtLeast(severity, "medium"),
  );
  assert.deepEqual(
    blamed.map(({ scenario }) => scenario.id),
    [],
  );
  const wrong = judged.filter((one) => isFalse(one) && isAtLeast(one.incident.severity, "medium"));
  assert.deepEqual(
    wrong.map(({ incident }) => incident.headline),
    [],
  );
});

test("the listing names scenario, incident and rules", async () => {
  const result = await evaluated();
  const lines = listDetection(result, { scenario: "atk-revshell-bash-web", recordings: [] });
  assert.match(lines[1] ?? "", /^== found +attacks\/atk-revshell-bash-web: /);
  assert.match(lines[2] ?? "", /^ {2}incident \w{8} (?:high|critical) /);
  assert.ok(lines.some((line) => / sequence [a-z-]+ ×\d+: \//.test(line)));
});
