/**
 * Runs detection over a run as `waggle incidents --events` does: the same sources, folds and judge.
 * In: a run, detectors. Out: signals with the time at which each was first told, incidents.
 */
import { createNodeFiles } from "../../src/adapters/files/node-files.ts";
import type { DetectContext, Detector, Hit } from "../../src/core/observe/detect/detector.ts";
import { detectedFacts, joinIncidents } from "../../src/operations/detect/observe-incidents.ts";
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
  const timed = detectors.map((detector) => withTimes(detector, told));
  const judged = await judgeSources(run.sources, context, timed);
  const detected = detectedFacts(judged.facts);
  return {
    incidents: joinIncidents(judged, detected, []),
    signals: detected.signals.map((signal) => ({
      signal,
      toldUs: told.get(keyOf(signal.rule, signal.process)) ?? signal.firstSeenUs,
    })),
  };
}

/** Notes when a rule first spoke of a process; changes nothing. */
function withTimes(detector: Detector<unknown>, told: Map<string, number>): Detector<unknown> {
  const listen = (context: DetectContext, atUs: number): DetectContext => ({
    nowUs: context.nowUs,
    book: context.book,
    hit: (hit: Hit) => {
      const key = keyOf(hit.rule.id, hit.subject.execId);
      if (!told.has(key)) told.set(key, atUs);
      context.hit(hit);
    },
  });
  const { name, listings } = detector;
  return {
    ...{ name, listings },
    start: () => detector.start(),
    step: (state, act, given) =>
      detector.step(state, act, listen(given, Math.max(given.nowUs, act.timeUs))),
    tick: (state, given) => detector.tick?.(state, listen(given, given.nowUs)),
  };
}

function keyOf(rule: string, process: string): string {
  return `${rule}\u0000${process}`;
}
