/**
 * Holds the way from sources to incidents: observe with detection, judge, join, judge again with
 * what incidents weigh.
 * In: sources of a report, rules. Out: incidents, and what they stand on.
 * Must never render, and never read a clock.
 */

import { createListenerBook } from "../../core/judge/incident/create-listener-book.ts";
import type { Incident } from "../../core/judge/incident/incident.ts";
import { judgeIncidents } from "../../core/judge/incident/judge-incidents.ts";
import { liftFindings } from "../../core/judge/lift-findings.ts";
import type { RuleListing } from "../../core/observe/detect/rule.ts";
import { judgeSettings } from "../judge-settings.ts";
import { type JudgedSources, judgeSources } from "../judge-sources.ts";
import type { OperationContext } from "../operation.ts";
import { resolveSources, type SourceInput } from "../sources.ts";
import { type DetectedFacts, detectedFacts } from "./detected-facts.ts";
import { layOverDecisions } from "./incident-decisions.ts";
import { type LoadedDetection, loadDetection } from "./load-detection.ts";
import { loadProfiles, profileNames } from "./load-profiles.ts";
import { readSaid } from "./read-said.ts";

export interface ObservedIncidents {
  /** **Order**: gravest first. */
  readonly incidents: readonly Incident[];
  readonly judged: JudgedSources;
  readonly detected: DetectedFacts;
  readonly listings: readonly RuleListing[];
}

export interface IncidentRequest {
  readonly sources: SourceInput;
  /** Directories of rules beside those that come with the program. */
  readonly rules: readonly string[];
  /** Files and directories of profiles; those of the configuration when left out. */
  readonly profiles?: readonly string[] | undefined;
  /** What was judged before: ids are kept. What the daemon of the state judged when left out. */
  readonly previous?: readonly Incident[];
}

/** **Errors**: throws what reading sources and rules throws. */
export async function observeIncidents(
  { sources, rules, profiles, previous }: IncidentRequest,
  context: OperationContext,
): Promise<ObservedIncidents> {
  const frozen = await loadProfiles(profileNames(profiles, context), context);
  const novelty = { profiles: frozen };
  const detection = await loadDetection({ directories: rules, novelty }, context);
  const before = previous === undefined ? {} : { previous };
  return observeDetected({ sources, detection, ...before }, context);
}

export interface DetectedRequest extends Omit<IncidentRequest, "rules" | "profiles"> {
  readonly detection: LoadedDetection;
}

/** With rules that were loaded; a state holds signals already, and asks for none. */
export async function observeDetected(
  { sources, detection, previous }: DetectedRequest,
  context: OperationContext,
): Promise<ObservedIncidents> {
  const { detectors, listings, problems } = detection;
  const judged = await judgeSources(sources, context, detectors);
  for (const problem of problems) judged.problems.add(problem);
  const detected = detectedFacts(judged.facts);
  const said = await readSaid(resolveSources(sources, context.settings).state, context);
  const known = joinIncidents(judged, detected, previous ?? said.judged);
  // What people closed weighs nothing any more.
  const { judgement, incidents } = liftFindings(
    { judgement: judged.judgement, incidents: layOverDecisions(known, said.decisions) },
    judgeSettings(context.settings),
  );
  return { incidents, judged: { ...judged, judgement }, detected, listings };
}

/** The same facts and judgement give the same incidents. */
export function joinIncidents(
  { facts, judgement, cluster, window }: JudgedSources,
  detected: DetectedFacts,
  previous: readonly Incident[],
): readonly Incident[] {
  return judgeIncidents({
    ...detected,
    containers: [...facts.containers],
    coverage: facts.coverage,
    losses: facts.losses,
    flows: judgement.flows,
    findings: judgement.findings,
    contexts: judgement.workloads,
    listenersAt: createListenerBook(facts, cluster.view),
    previous,
    nowUs: window.toUs,
  });
}
