/**
 * Ties a run together: what was done, what was detected, whose doing it was, how it scores.
 * In: a run, detectors. Out: results of each scenario, of the background, and hours of ordinary work.
 */
import type { Detector } from "../../src/core/observe/detect/detector.ts";
import { createRunDetection, type DetectedRun } from "./detect-run.ts";
import type { Scenario } from "./labels.ts";
import { createOwners, type Owners } from "./owners.ts";
import type { ProcessTable } from "./process-table.ts";
import { readRun } from "./read-run.ts";
import type { Run } from "./runs.ts";
import {
  type JudgedIncident,
  judgeIncident,
  type ScenarioResult,
  scoreScenario,
  type TimedSignal,
} from "./score-detection.ts";

export interface RunResult {
  readonly name: string;
  readonly scenarios: readonly ScenarioResult[];
  readonly judged: readonly JudgedIncident[];
  /** Signals of ordinary work outside of all scenarios. */
  readonly background: readonly TimedSignal[];
  /** **Unit**: hours of event time without attacks and without the recorder's phases. */
  readonly ordinaryHours: number;
  readonly eventCount: number;
  /** Scenarios of which the sensors saw nothing but the start of a script. */
  readonly onlyScripts: ReadonlySet<Scenario>;
  readonly table: ProcessTable;
}

export async function evaluateRun(
  run: Run,
  detectors: readonly Detector<unknown>[],
): Promise<RunResult> {
  const detection = createRunDetection(detectors);
  await readRun(run, detection.take);
  return scoreRun(run, detection.finish());
}

export function scoreRun(run: Run, detected: DetectedRun): RunResult {
  const { table, signals, incidents, eventCount } = detected;
  const owners = createOwners(table, run.labels);
  const judged = incidents.map((incident) => judgeIncident(incident, owners));
  const { scenarios } = run.labels;
  return {
    name: run.name,
    scenarios: scenarios.map((one) => scoreScenario(one, detected, { judged, owners })),
    judged,
    background: signals.filter(
      ({ signal }) => owners.of(signal.process, signal.firstSeenUs).kind === "ordinary",
    ),
    ordinaryHours: ordinaryHours(run, detected),
    onlyScripts: new Set(scenarios.filter((one) => isOnlyScript(one, owners))),
    ...{ eventCount, table },
  };
}

/** Attacks and phases do not overlap: scenarios run one after the other. */
function ordinaryHours({ labels }: Run, { firstUs, lastUs }: DetectedRun): number {
  const endUs = Math.min(lastUs, labels.endUs);
  const attacks = labels.scenarios.filter(({ kind }) => kind === "attack");
  const spans = [...attacks, ...labels.phases];
  const taken = spans.reduce((sum, span) => sum + (span.endUs - span.startUs), 0);
  return Math.max(0, endUs - firstUs - taken) / 3_600_000_000;
}

/** One program was started, and neither it nor anything below it did what a sensor tells. */
function isOnlyScript(scenario: Scenario, owners: Owners): boolean {
  const processes = owners.processes(scenario);
  const programs = new Set(processes.map(({ pid }) => pid));
  const acts = processes.reduce((sum, { hookCount }) => sum + hookCount, 0);
  return programs.size <= 1 && acts <= 1;
}
