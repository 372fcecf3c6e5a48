/**
 * Holds detection over events of the past: what hunts and timelines stand on.
 * In: where the events are, detectors. Out: facts of detection and containers, what was read.
 */
import type { ProblemLog } from "../../core/event/problem.ts";
import { createContainers } from "../../core/observe/container.ts";
import type { ProcessFact, SignalFact } from "../../core/observe/detect/detect-fact.ts";
import { createDetection } from "../../core/observe/detect/detection.ts";
import type { Detector } from "../../core/observe/detect/detector.ts";
import { FactSet } from "../../core/observe/fact-set.ts";
import { createObserver } from "../../engine/observe-events.ts";
import type { OperationContext } from "../operation.ts";
import { type PastInput, resolvePast } from "./past-fields.ts";
import { type PastRead, readPast } from "./read-past.ts";

export interface DetectedPast {
  readonly facts: FactSet;
  /** **Order**: by first time. */
  readonly signals: readonly SignalFact[];
  readonly processes: readonly ProcessFact[];
  readonly past: PastRead;
}

/** **Errors**: throws what reading throws. **Cost**: one pass over the events. */
export async function detectPast(
  request: { readonly where: PastInput; readonly detectors: readonly Detector<unknown>[] },
  context: OperationContext,
  problems: ProblemLog,
): Promise<DetectedPast> {
  const { where, detectors } = request;
  const facts = new FactSet();
  const observer = createObserver({
    folds: [createContainers(), createDetection({ detectors })],
    emit: (fact) => facts.add(fact),
  });
  const asked = resolvePast(where, context.settings);
  const past = await readPast({ ...asked, onEvent: observer.observe }, context, problems);
  observer.finish();
  const signals = facts.detected
    .flatMap((key) => facts.signals(key))
    .toSorted((a, b) => a.firstSeenUs - b.firstSeenUs);
  const processes = facts.detected.flatMap((key) => facts.processes(key));
  return { facts, signals, processes, past };
}
