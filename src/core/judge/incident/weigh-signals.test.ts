/** Holds how grave signals are: what a score is made of, and which severity it has. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { sampleWorkloadContext } from "../../../testing/sample-edges.ts";
import {
  incidentWorkload,
  sampleCase,
  sampleIncident,
  sampleSignal,
} from "../../../testing/sample-incident.ts";
import type { SignalFact } from "../../observe/detect/detect-fact.ts";
import { type Level, levelScores, levels } from "../../observe/detect/rule.ts";
import { addUpScore, scoreParts } from "./score-incident.ts";
import { roleFactors, severityScores, tacticFactors } from "./score-table.ts";
import { sumUpSignals } from "./sum-up-signals.ts";
import { isStrong, judgeSeverity, levelRank } from "./weigh-signals.ts";

function signal(given: Partial<SignalFact> = {}): SignalFact {
  return sampleSignal({ process: "p", entry: "p", second: 0 }, given);
}

const scoreOf = (signals: readonly SignalFact[]) => addUpScore(scoreParts(signals, []));
const severityOf = (...signals: readonly SignalFact[]) =>
  judgeSeverity(signals, scoreOf(signals)).level;

test("parts of a score add up to it, whatever the signals", () => {
  const families = ["miner", "escape", "discovery", "persistence", "novelty"] as const;
  const one = fc.record({
    family: fc.constantFrom(...families),
    level: fc.constantFrom<Level>(...levels),
    score: fc.integer({ min: 0, max: 1000 }),
    incomplete: fc.boolean(),
    tactics: fc.subarray(["execution", "impact", "discovery", "persistence"]),
  });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 12 }), (some) => {
      const signals = some.map(signal);
      const incident = sampleIncident({ signals: [signal(), ...signals] });
      assert.equal(addUpScore(incident.scoreParts), incident.score);
      assert.ok(Number.isSafeInteger(incident.score));
    }),
    { numRuns: 100 },
  );
});

test("repeats of a family add a little, other families and tactics add more", () => {
  const one = signal({ score: 50 });
  assert.equal(scoreOf([one]), 50);
  assert.equal(scoreOf([one, one]), 55);
  assert.equal(scoreOf(Array.from({ length: 1000 }, () => one)), 65);
  const other = signal({ family: "miner", score: 50, tactics: ["impact"] });
  assert.equal(scoreOf([one, other]), 120);
  assert.equal(tacticFactors.length, 6);
});

test("what rests on cut text weighs less", () => {
  assert.equal(scoreOf([signal({ score: 50, incomplete: true })]), 35);
});

test("the weightiest role of the workloads multiplies, once", () => {
  const workload = incidentWorkload("web");
  const role = { confidence: "high", because: [], evidence: [] } as const;
  const context = sampleWorkloadContext({
    workload,
    roles: [
      { role: "database", ...role },
      { role: "api", ...role },
    ],
  });
  const parts = scoreParts([signal({ score: 50 })], [context, context]);
  assert.deepEqual(parts.slice(-1), [{ label: "database: shop/web", kind: "times", value: 1.3 }]);
  assert.equal(addUpScore(parts), 65);
});

test("a high rule alone is high, a medium one medium; a lone incomplete one is low", () => {
  const medium = { level: "medium", score: levelScores.medium } as const;
  assert.equal(severityOf(signal()), "high");
  assert.equal(severityOf(signal(medium)), "medium");
  assert.equal(severityOf(signal({ ...medium, incomplete: true })), "low");
  assert.equal(severityOf(signal({ level: "critical", score: 75 })), "critical");
});

test("without a high rule it takes three families to be high", () => {
  const medium = (family: SignalFact["family"], tactic: string) =>
    signal({ level: "medium", score: 100, family, tactics: [tactic] });
  const two = [medium("miner", "impact"), medium("escape", "privilege-escalation")];
  assert.equal(severityOf(...two), "medium");
  assert.equal(severityOf(...two, medium("drift", "execution")), "high");
});

test("a high rule of one family is never critical, of several it may be", () => {
  const one = signal({ score: 500 });
  assert.equal(severityOf(one), "high");
  assert.equal(severityOf(one, signal({ family: "miner", tactics: ["impact"] })), "critical");
  assert.match(judgeSeverity([one], 500).because, /one family/);
});

test("tables are in order: no severity stands behind a lower one", () => {
  const ranks = severityScores.map(([level]) => levelRank(level));
  assert.deepEqual(ranks, [4, 3, 2, 1, 0]);
  assert.equal(isStrong(signal({ family: "novelty" })), false);
});

test("the published tables are the ones that judge", () => {
  const page = readFileSync(new URL("../../../../docs/incidents.md", import.meta.url), "utf8");
  for (const [level, score] of severityScores) assert.ok(page.includes(`| ${score} | ${level} |`));
  assert.ok(page.includes(`| factor | ${tacticFactors.slice(1).join(" | ")} |`));
  for (const [role, factor] of Object.entries(roleFactors)) {
    const lines = page.split("\n").filter((line) => line.endsWith(`| ${factor} |`));
    assert.ok(
      lines.some((line) => line.includes(role)),
      role,
    );
  }
  const scores = levels.map((level) => `${level} ${levelScores[level]}`).join(", ");
  assert.ok(page.replace(/\s+/g, " ").includes(scores));
});

test("the sum of signals names authors, techniques and tactics in the order of an attack", () => {
  const incident = sampleIncident();
  assert.deepEqual(incident.tactics, ["execution", "credential-access"]);
  assert.deepEqual(incident.authors, ["waggle"]);
  assert.deepEqual(incident.techniques, ["T1059.004", "T1528"]);
  const sum = sumUpSignals(sampleCase());
  assert.deepEqual([sum.severity, sum.score], [incident.severity, incident.score]);
});
