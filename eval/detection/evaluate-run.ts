/**
 * Ties a run together: what was done, what was detected, whose doing it was, how it scores.
 * In: a run, detectors. Out: results of each scenario, of the background, and hours of ordinary work.
 */
import type { Detector } from "../../src/core/observe/detect/detector.ts";
import { detectRun } from "./detect-run.ts";
import type { Scenario } from "./labels.ts";
import { createOwners, type Owners } from "./owners.ts";
import { ProcessTable } from "./process-table.ts";
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

/** What is known of a run without detection: read once, for whatever is tried on it. */
export interface RunGround {
  readonly table: ProcessTable;
  readonly owners: Owners;
  /** **Unit**: microseconds. */
  readonly firstUs: number;
  readonly lastUs: number;
  readonly eventCount: number;
}

export async function readGround(run: Run): Promise<RunGround> {
  const table = new ProcessTable();
  let firstUs = Infinity;
  let lastUs = 0;
  let eventCount = 0;
  await readRun(run, (event) => {
    eventCount += 1;
    table.take(event);
    lastUs = Math.max(lastUs, event.timeUs);
    // What ran before is told with the time of its birth: the recording begins later.
    if (event.timeUs > 0 && event.type !== "exec") firstUs = Math.min(firstUs, event.timeUs);
  });
  return { table, owners: createOwners(table, run.labels), firstUs, lastUs, eventCount };
}

export async function evaluateRun(
  run: Run,
  ground: RunGround,
  detectors: readonly Detector<unknown>[],
): Promise<RunResult> {
  const detected = await detectRun(run, detectors);
  const { table, owners, eventCount } = ground;
  const judged = detected.incidents.map((incident) => judgeIncident(incident, owners));
  const { scenarios } = run.labels;
  return {
    name: run.name,
    scenarios: scenarios.map((one) => scoreScenario(one, detected, { judged, owners })),
    judged,
    background: detected.signals.filter(
      ({ signal }) => owners.of(signal.process, signal.firstSeenUs).kind === "ordinary",
    ),
    ordinaryHours: ordinaryHours(run, ground),
    onlyScripts: new Set(scenarios.filter((one) => isOnlyScript(one, owners))),
    ...{ eventCount, table },
  };
}

/** Attacks and phases do not overlap: scenarios run one after the other. */
function ordinaryHours({ labels }: Run, { firstUs, lastUs }: RunGround): number {
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
