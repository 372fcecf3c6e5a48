/** Tests of the scoring itself: credit only where it is due, and every mistake counted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Incident } from "../../src/core/judge/incident/incident.ts";
import type { SignalFact } from "../../src/core/observe/detect/detect-fact.ts";
import type { Level } from "../../src/core/observe/detect/rule.ts";
import type { Scenario } from "./labels.ts";
import type { Owner, Owners } from "./owners.ts";
import {
  type Detected,
  isFalse,
  judgeIncident,
  precisionOf,
  scoreScenario,
  sumResults,
} from "./score-detection.ts";

function scenario(id: string, parts: Partial<Scenario> = {}): Scenario {
  return {
    ...{ recording: "r", id, kind: "attack", suite: "story", category: "miner", title: id },
    ...{ techniques: [], artefacts: [], startUs: 10e6, endUs: 20e6, roots: [1] },
    ...{ container: "host", ran: true, ...parts },
  };
}

const first = scenario("first", { artefacts: ["203.0.113.5", "/tmp/x"] });
const second = scenario("second");
const work = scenario("work", { kind: "benign", suite: "benign" });
const single = scenario("single", { suite: "atomic" });

/** Processes are named after their owner: `first-1` is of `first`. */
const owners: Owners = {
  of(execId): Owner {
    const found = [first, second, work, single].find(({ id }) => execId.startsWith(`${id}-`));
    if (found !== undefined) return { kind: "scenario", scenario: found };
    return { kind: execId.startsWith("recorder") ? "recorder" : "ordinary" };
  },
  processes: ({ id }) => {
    const process = { parentExecId: "", pid: 1, startUs: 0, binary: "", arguments: "" };
    return [1, 2].map((n) => ({ ...process, execId: `${id}-${n}`, hookCount: 0, firstUs: 0 }));
  },
};

function signal(process: string, level: Level = "medium", atUs = 12e6): SignalFact {
  const made: Partial<SignalFact> = { process, level, firstSeenUs: atUs, rule: "r" };
  return { ...made, others: [], citations: [{ timeUs: atUs - 1e6 }] } as unknown as SignalFact;
}

function incident(severity: Level, ...processes: readonly string[]): Incident {
  const made = { severity, signals: processes.map((one) => signal(one)), processes: [] };
  return { ...made, artefacts: [] } as unknown as Incident;
}

function scoreOf(
  about: Scenario,
  incidents: readonly Incident[],
  signals: Detected["signals"] = [],
) {
  const judged = incidents.map((one) => judgeIncident(one, owners));
  return scoreScenario(about, { signals, incidents }, { judged, owners });
}

function told(process: string, level: Level, atUs: number, toldUs: number) {
  return { signal: signal(process, level, atUs), toldUs };
}

test("a story is found only by an incident of at least medium that cites a process of it", () => {
  assert.equal(scoreOf(first, [incident("medium", "first-1")]).isFound, true);
  assert.equal(scoreOf(first, [incident("low", "first-1")]).isFound, false);
  assert.equal(scoreOf(first, [incident("critical", "second-1")]).isFound, false);
  assert.equal(scoreOf(first, [incident("critical", "elsewhere")]).isFound, false);
  assert.equal(scoreOf(first, []).isFound, false);
});

test("a single technique is found by a signal of its processes, whatever its level", () => {
  const own = [told("single-1", "informational", 12e6, 12e6)];
  assert.equal(scoreOf(single, [], own).isFound, true);
  assert.equal(scoreOf(single, [], [told("first-1", "high", 12e6, 12e6)]).isFound, false);
});

test("incidents of ordinary work and of the background are false, those of the recorder nothing", () => {
  const isFalseOf = (...processes: readonly string[]) =>
    isFalse(judgeIncident(incident("high", ...processes), owners));
  assert.equal(isFalseOf("work-1"), true);
  assert.equal(isFalseOf("nginx"), true);
  assert.equal(isFalseOf("recorder"), false);
  assert.equal(isFalseOf("recorder", "nginx"), true);
  assert.equal(isFalseOf("first-1", "nginx"), false, "it tells of an attack");
  const judged = [
    incident("high", "first-1"),
    incident("medium", "work-1"),
    incident("low", "nginx"),
    incident("high", "recorder"),
  ].map((one) => judgeIncident(one, owners));
  assert.deepEqual(precisionOf(judged), { right: 1, wrong: 1, lumped: 0 });
});

function count(incidents: readonly Incident[], stories: readonly Scenario[]): number {
  return sumResults(stories.map((one) => scoreOf(one, incidents))).single;
}

test("one incident a story: two for one are not single, nor is one for two", () => {
  assert.equal(count([incident("high", "first-1")], [first]), 1);
  assert.equal(count([incident("high", "first-1"), incident("low", "first-2")], [first]), 0);
  assert.equal(count([incident("high", "first-1", "second-1")], [first, second]), 0);
  assert.equal(count([incident("high", "first-1", "work-1")], [first]), 0);
});

test("an incident that lumps together is told, and hides no ordinary work that it blames", () => {
  const all = incident("high", "first-1", "second-1", "work-1");
  const judged = [all, incident("high", "first-1", "nginx")].map((one) =>
    judgeIncident(one, owners),
  );
  assert.deepEqual(precisionOf(judged), { right: 2, wrong: 0, lumped: 2 });
  assert.equal(scoreOf(work, [all]).severity, "high");
  assert.equal(count([incident("high", "first-1", "nginx")], [first]), 0);
});

test("what did not run is no miss", () => {
  const results = [scoreOf(scenario("gone", { ran: false }), []), scoreOf(first, [])];
  const { count, found } = sumResults(results);
  assert.deepEqual([count, found], [1, 0]);
});

test("the delay runs from the deciding event of the first telling signal", () => {
  const signals = [
    told("first-1", "low", 12e6, 12e6),
    told("first-2", "high", 14e6, 17e6),
    told("first-2", "critical", 15e6, 18e6),
    told("second-1", "high", 10e6, 10e6),
  ];
  const { delay } = scoreOf(first, [incident("high", "first-1")], signals);
  assert.deepEqual(delay, { afterDeciding: 3, afterFirstCited: 6, afterStart: 7 });
  assert.equal(sumResults([scoreOf(first, [incident("high", "first-1")], signals)]).prompt, 0);
});

test("evidence counts processes of the story and artefacts that the truth names", () => {
  const artefacts = [{ type: "command", value: "wget http://203.0.113.5/a" }];
  const one = { ...incident("high", "first-1"), artefacts } as unknown as Incident;
  const { evidence } = scoreOf(first, [one]);
  assert.deepEqual(evidence, { listed: 1, all: 2, artefacts: 1, artefactsAll: 2 });
});
