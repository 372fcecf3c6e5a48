/**
 * Runs detection over a run as `waggle incidents --events` does: the same sources, folds and judge.
 * In: a run, detectors. Out: signals with the time at which each was first told, incidents.
 */
import { createNodeFiles } from "../../src/adapters/files/node-files.ts";
import type { Detector } from "../../src/core/observe/detect/detector.ts";
import { detectedFacts } from "../../src/operations/detect/detected-facts.ts";
import { joinIncidents } from "../../src/operations/detect/observe-incidents.ts";
import { judgeSources } from "../../src/operations/judge-sources.ts";
import type { OperationContext } from "../../src/operations/operation.ts";
import { stillContext } from "../../src/testing/still-context.ts";
import type { Run } from "./runs.ts";
import type { Detected } from "./score-detection.ts";

const refuse = () => Promise.reject(new Error("nothing is scanned here"));

const context: OperationContext = {
  files: createNodeFiles(),
  scanner: { scan: refuse, match: refuse, dataVersion: refuse },
  now: undefined,
  settings: { file: "", config: {} },
  onProgress: () => {},
  ...stillContext,
};

export async function detectRun(
  run: Run,
  detectors: readonly Detector<unknown>[],
): Promise<Detected> {
  const told = new Map<string, number>();
  const judged = await judgeSources(run.sources, context, [noteTimes(told), ...detectors]);
  const detected = detectedFacts(judged.facts);
  return {
    incidents: joinIncidents(judged, detected, []),
    signals: detected.signals.map((signal) => ({
      signal,
      toldUs: told.get(keyOf(signal.rule, signal.process)) ?? signal.firstSeenUs,
    })),
  };
}

/** Notes when a rule first spoke of a process; a detector without rules, first of all. */
function noteTimes(told: Map<string, number>): Detector<unknown> {
  let actUs = 0;
  return {
    name: "times",
    listings: [],
    start: () => undefined,
    step: (_, { timeUs }) => {
      actUs = timeUs;
    },
    heard: (_, { rule, subject }, { nowUs }) => {
      const key = keyOf(rule.id, subject.execId);
      if (!told.has(key)) told.set(key, Math.max(nowUs, actUs));
    },
  };
}

function keyOf(rule: string, process: string): string {
  return `${rule}\u0000${process}`;
}
