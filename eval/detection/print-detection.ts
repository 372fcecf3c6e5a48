/**
 * Prints the section "Detection" of the evaluation: tables of recall, precision, delay, false
 * incidents, and misses by name.
 * In: results of runs, with all rules and with Sigma rules alone. Out: lines, through `print`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Level, levels } from "../../src/core/observe/detect/rule.ts";
import type { RunResult } from "./evaluate-run.ts";
import type { Scenario } from "./labels.ts";
import {
  isAtLeast,
  isFalse,
  isStory,
  type JudgedIncident,
  precisionOf,
  type ScenarioResult,
  sumResults,
} from "./score-detection.ts";

type Print = (line?: string) => void;

export interface Results {
  readonly all: readonly RunResult[];
  /** The same runs with Sigma rules only; empty when there are none. */
  readonly sigmaAlone: readonly RunResult[];
  readonly ruleCount: number;
  readonly sigmaCount: number;
}

const graveLevels: readonly Level[] = ["critical", "high", "medium", "low"];

export function printDetection(results: Results, print: Print): void {
  print("## Detection");
  print();
  print(readFileSync(join(import.meta.dirname, "..", "detection.md"), "utf8").trim());
  print();
  printTargets(results, print);
  printFamilies(results.all, print);
  printOrdinary(results.all, print);
  printMisses(results.all, print);
  printStories(results.all, print);
}

interface Sums {
  readonly stories: ReturnType<typeof sumResults>;
  readonly techniques: ReturnType<typeof sumResults>;
  readonly right: number;
  readonly wrong: number;
  readonly lumped: number;
  /** Benign scenarios in an incident of at least medium, be it that of an attack, of all. */
  readonly blamed: number;
  readonly ordinary: number;
  readonly hours: number;
  readonly falseBy: ReadonlyMap<Level, number>;
}

function sumRuns(runs: readonly RunResult[]): Sums {
  const attacks = attackResults(runs);
  const judged = runs.flatMap((run) => run.judged);
  const benign = runs
    .flatMap((run) => run.scenarios)
    .filter(({ scenario }) => scenario.kind === "benign");
  return {
    stories: sumResults(attacks.filter(({ scenario }) => isStory(scenario))),
    techniques: sumResults(attacks.filter(({ scenario }) => !isStory(scenario))),
    ...precisionOf(judged),
    blamed: benign.filter(({ severity }) => isAtLeast(severity, "medium")).length,
    ordinary: benign.length,
    hours: runs.reduce((sum, run) => sum + run.ordinaryHours, 0),
    falseBy: countFalse(judged),
  };
}

function attackResults(runs: readonly RunResult[]): readonly ScenarioResult[] {
  const all = runs.flatMap((run) => run.scenarios);
  return all.filter(({ scenario }) => scenario.kind === "attack");
}

function countFalse(judged: readonly JudgedIncident[]): ReadonlyMap<Level, number> {
  const wrong = judged.filter(isFalse);
  return new Map(
    levels.map((level) => [
      level,
      wrong.filter(({ incident }) => incident.severity === level).length,
    ]),
  );
}

function printTargets({ all, sigmaAlone, ruleCount, sigmaCount }: Results, print: Print): void {
  const rows: (readonly [string, string, (sums: Sums) => string])[] = [
    [
      "attack stories with an incident of at least medium that cites a process of theirs",
      "≥ 95 %",
      ({ stories }) => share(stories.found, stories.count),
    ],
    ["of these, at least high", "", ({ stories }) => share(stories.high, stories.found)],
    [
      "stories told by one incident, which tells of nothing else",
      "≥ 90 %",
      ({ stories }) => share(stories.single, stories.found),
    ],
    [
      "stories told within 2 s of event time after the deciding event",
      "all",
      ({ stories }) => share(stories.prompt, stories.found),
    ],
    [
      "single techniques with a signal",
      "≥ 80 %",
      ({ techniques }) => share(techniques.found, techniques.count),
    ],
    [
      "incidents of at least medium that tell of an attack (precision)",
      "",
      ({ right, wrong }) => share(right, right + wrong),
    ],
    [
      "incidents that lump together scenarios, or an attack and ordinary work",
      "0",
      ({ lumped }) => String(lumped),
    ],
    [
      "pieces of ordinary work told of in an incident of at least medium",
      "0",
      ({ blamed, ordinary }) => share(blamed, ordinary),
    ],
    [
      "false incidents on ordinary work: critical, high, medium, low",
      "0, 0, ≤ 1",
      ({ falseBy }) => graveLevels.map((level) => falseBy.get(level) ?? 0).join(", "),
    ],
    [
      "processes of stories that their incidents list",
      "",
      ({ stories }) => share(stories.listed, stories.listedAll),
    ],
    [
      "addresses and files of the truth that incidents name",
      "",
      ({ stories }) => share(stories.artefacts, stories.artefactsAll),
    ],
  ];
  const hasSigma = sigmaAlone.length > 0;
  const ours = sumRuns(all);
  const theirs = sumRuns(sigmaAlone);
  print(
    hasSigma
      ? `| | target | waggle (${ruleCount} rules) | Sigma rules alone (${sigmaCount}) |`
      : `| | target | waggle (${ruleCount} rules) |`,
  );
  print(hasSigma ? "|---|--:|--:|--:|" : "|---|--:|--:|");
  for (const [name, target, of] of rows) {
    const cells = hasSigma ? [name, target, of(ours), of(theirs)] : [name, target, of(ours)];
    print(`| ${cells.join(" | ")} |`);
  }
  print();
}

function printFamilies(runs: readonly RunResult[], print: Print): void {
  const ran = attackResults(runs).filter(({ scenario }) => scenario.ran);
  print("| kind of attack | found | at least high | one incident | seconds to the first telling |");
  print("|---|--:|--:|--:|--:|");
  const groups = Map.groupBy(ran, ({ scenario }) => scenario.category);
  for (const name of [...groups.keys()].sort()) {
    const group = groups.get(name) ?? [];
    const { found, count, single, high } = sumResults(group);
    const cells = [name, `${found} of ${count}`, high, single, median(group)];
    print(`| ${cells.join(" | ")} |`);
  }
  print();
}

/** Of those found, from their start; the deciding event comes when the attacker is ready. */
function median(group: readonly ScenarioResult[]): string {
  const times = group.flatMap(({ isFound, delay }) =>
    isFound && delay !== undefined ? [delay.afterStart] : [],
  );
  const middle = times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
  return middle === undefined ? "" : middle.toFixed(1);
}

function printOrdinary(runs: readonly RunResult[], print: Print): void {
  print("False incidents, and hours of ordinary work (attacks and preparation left out):");
  print();
  print("| run | events | hours | critical | high | medium | low |");
  print("|---|--:|--:|--:|--:|--:|--:|");
  for (const run of runs) {
    const counts = countFalse(run.judged);
    const cells = [run.name, run.eventCount, run.ordinaryHours.toFixed(2)];
    const levelCells = graveLevels.map((level) => counts.get(level) ?? 0);
    print(`| ${[...cells, ...levelCells].join(" | ")} |`);
  }
  const sums = sumRuns(runs);
  const rates = graveLevels.map((level) => (sums.falseBy.get(level) ?? 0) / sums.hours);
  const perHour = rates.map((rate) => (Number.isFinite(rate) ? rate : 0).toFixed(2));
  print(`| an hour | | ${sums.hours.toFixed(2)} | ${perHour.join(" | ")} |`);
  print();
  for (const run of runs) {
    for (const one of run.judged.filter(isFalse)) {
      if (isAtLeast(one.incident.severity, "medium")) print(falseLine(run, one));
    }
  }
  print();
}

function falseLine(run: RunResult, { incident, benign }: JudgedIncident): string {
  const where = benign.length > 0 ? benign.map(({ id }) => id).join(", ") : "background";
  const rules = [...new Set(incident.signals.map(({ rule }) => rule))].slice(0, 6).join(", ");
  return `- ${run.name}, ${where}: ${incident.severity} by ${rules}`;
}

function printMisses(runs: readonly RunResult[], print: Print): void {
  for (const [title, wanted] of [
    ["Stories without such an incident", true],
    ["Single techniques without a signal", false],
  ] as const) {
    const missed = runs.flatMap((run) =>
      attackResults([run])
        .filter(({ scenario, isFound }) => isStory(scenario) === wanted && !isFound && scenario.ran)
        .map((one) => ({ ...one, why: whyMissed(run, one) })),
    );
    print(`${title} (${missed.length}):`);
    print();
    if (missed.length > 0) {
      print("| scenario | techniques | what there was |");
      print("|---|---|---|");
      for (const { scenario, why } of missed) print(missLine(scenario, why));
      print();
    }
  }
}

function missLine({ id, techniques }: Scenario, why: string): string {
  return `| ${id} | ${techniques.join(" ")} | ${why} |`;
}

function whyMissed(run: RunResult, { scenario, signals, severity }: ScenarioResult): string {
  if (severity !== undefined) return `an incident of ${severity}`;
  if (signals.length > 0) return `${signals.length} signals, no incident`;
  return run.onlyScripts.has(scenario)
    ? "no trace in these sensors: shell builtins, or work within one program"
    : "nothing";
}

function printStories(runs: readonly RunResult[], print: Print): void {
  print("| story | severity | incidents | signals | after the deciding event | after the start |");
  print("|---|---|--:|--:|--:|--:|");
  const stories = attackResults(runs).filter(({ scenario }) => isStory(scenario) && scenario.ran);
  for (const { scenario, severity, incidents, signals, delay } of stories) {
    const seconds = (value: number | undefined) =>
      value === undefined ? "" : `${value.toFixed(1)} s`;
    const cells = [scenario.id, severity ?? "—", incidents.length, signals.length];
    const times = [seconds(delay?.afterDeciding), seconds(delay?.afterStart)];
    print(`| ${[...cells, ...times].join(" | ")} |`);
  }
  print();
}

function share(part: number, whole: number): string {
  if (whole === 0) return "none";
  return `${part} of ${whole} (${((100 * part) / whole).toFixed(0)} %)`;
}
