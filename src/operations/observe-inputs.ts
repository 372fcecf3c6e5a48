/**
 * Holds the way from files to facts: what `report` and `explain` stand on.
 * In: resolved sources. Out: facts, inventory, identities, and a summary of every input.
 * Must never judge, and never keep events.
 */
import type { ProblemLog } from "../core/event/problem.ts";
import type { Detector } from "../core/observe/detect/detector.ts";
import { FactSet } from "../core/observe/fact-set.ts";
import { createObserver } from "../engine/observe-events.ts";
import { addLosses } from "./add-losses.ts";
import { createFolds } from "./create-folds.ts";
import { listEvents } from "./list-events.ts";
import type { ClusterDocuments } from "./load-cluster.ts";
import type { OperationContext } from "./operation.ts";
import { collectProbeCommands } from "./probe-commands.ts";
import { type Recording, readRecording } from "./read-recording.ts";
import type { Sources } from "./sources.ts";

export interface ObservationRequest {
  readonly sources: Sources;
  readonly cluster: ClusterDocuments;
  /** None: intrusions are not looked for. */
  readonly detectors?: readonly Detector<unknown>[];
}

export interface Observation {
  readonly facts: FactSet;
  readonly recording: Recording;
}

/** **Cost**: one pass over the events; memory by containers, files and processes, not by events. */
export async function observeEvents(
  request: ObservationRequest,
  context: OperationContext,
  problems: ProblemLog,
): Promise<Observation> {
  const { sources, cluster, detectors } = request;
  const facts = new FactSet();
  const emit = facts.add.bind(facts);
  const probeCommands = collectProbeCommands(cluster.identities, context.settings, problems);
  const observer = createObserver({
    folds: createFolds(cluster.policies, detectors),
    tree: { probeCommands },
    emit,
  });
  const names = await listEvents(context.files, sources.events, problems);
  const { since, until } = sources;
  const { observe } = observer;
  const recording = await readRecording(
    { names, since, until, onEvent: observe },
    context,
    problems,
  );
  observer.finish();
  addLosses({ facts, recording, metrics: cluster.metrics, observer }, problems);
  return { facts, recording };
}
