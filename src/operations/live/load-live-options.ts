/**
 * Holds what an observation is told by files: policies in force, declared probes.
 * In: the state directory, detectors, the configuration. Out: folds and options of the process
 * tree.
 */
import { ProblemLog } from "../../core/event/problem.ts";
import type { Detector } from "../../core/observe/detect/detector.ts";
import type { CanaryWatch } from "../../core/respond/watch-canaries.ts";
import type { LiveOptions } from "../../engine/live-observation.ts";
import { createFolds } from "../create-folds.ts";
import { loadCluster } from "../load-cluster.ts";
import type { OperationContext } from "../operation.ts";
import { collectProbeCommands } from "../probe-commands.ts";
import { resolveSources } from "../sources.ts";
import { addStateSources } from "../state-sources.ts";

/** A daemon is one. */
export interface ObservedBy {
  readonly settings: { readonly state: string };
  /** Without detectors nothing is detected. */
  readonly detection: { readonly detectors: readonly Detector<unknown>[] };
  /** Knows this daemon's own canaries. */
  readonly canaries?: Pick<CanaryWatch, "isOwnAct"> | undefined;
}

/** From files as they are now. **Errors**: throws for files that cannot be read. */
export async function loadLiveOptions(
  { settings: { state }, detection: { detectors }, canaries }: ObservedBy,
  context: OperationContext,
): Promise<Pick<LiveOptions, "createFolds" | "tree">> {
  const problems = new ProblemLog();
  const sources = await addStateSources(resolveSources({ state }, context.settings), context);
  const { identities, policies } = await loadCluster(
    { ...sources, tetragonMetrics: [] },
    context,
    problems,
  );
  const probeCommands = collectProbeCommands(identities, context.settings, problems);
  const own = canaries === undefined ? {} : { isOwnAct: canaries.isOwnAct };
  return { createFolds: () => createFolds(policies, detectors, own), tree: { probeCommands } };
}
