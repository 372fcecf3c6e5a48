/**
 * Holds the way from sources to profiles: what a recording teaches, or a daemon learned.
 * In: sources, rules. Out: profiles. The rules are needed to learn nothing from what they speak of.
 */
import type { ProblemLog } from "../../core/event/problem.ts";
import { buildProfiles, type ObservedProfile } from "../../core/observe/profile/build-profiles.ts";
import { loadCluster } from "../load-cluster.ts";
import { observeSources } from "../observe-sources.ts";
import type { OperationContext } from "../operation.ts";
import { resolveSources, type SourceInput } from "../sources.ts";
import { addStateSources } from "../state-sources.ts";
import { loadDetection } from "./load-detection.ts";

/** **Order**: by place. **Errors**: throws what reading sources and rules throws. */
export async function observeProfiles(
  given: { readonly sources: SourceInput; readonly rules: readonly string[] },
  context: OperationContext,
  problems: ProblemLog,
): Promise<readonly ObservedProfile[]> {
  const sources = await addStateSources(resolveSources(given.sources, context.settings), context);
  const cluster = await loadCluster(sources, context, problems);
  const novelty = { learnsAtEnd: true };
  const detection = await loadDetection({ directories: given.rules, novelty }, context);
  for (const problem of detection.problems) problems.add(problem);
  const { detectors } = detection;
  const { facts } = await observeSources({ sources, cluster, detectors }, context, problems);
  return buildProfiles(facts.profiles);
}
