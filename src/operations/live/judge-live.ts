/**
 * Holds one judgement of incidents within a daemon.
 * In: facts as the store has them, what a report knew of places, what was remembered. Out:
 * incidents as the judge gives them.
 * Must give what a judgement over the store's facts gives.
 */

import type { TimeUs } from "../../core/event/event.ts";
import { createListenerBook } from "../../core/judge/incident/create-listener-book.ts";
import type { Incident } from "../../core/judge/incident/incident.ts";
import { incidentCountMax, judgeIncidents } from "../../core/judge/incident/judge-incidents.ts";
import { detectedFacts } from "../detect/detected-facts.ts";
import type { EarlyPlaces, PlaceKnowledge } from "./early-places.ts";
import type { IncidentFacts } from "./incident-facts.ts";

export interface LiveCase {
  readonly known: IncidentFacts;
  readonly early: EarlyPlaces;
  /** Another object when anything of it changed. */
  readonly places: PlaceKnowledge;
  readonly previous: readonly Incident[];
  /** **Unit**: event time. */
  readonly nowUs: TimeUs;
}

/** **Order**: gravest first. **Cost**: linear in the facts that are kept. */
export function judgeLive(given: LiveCase): readonly Incident[] {
  const { known, early, places, previous, nowUs } = given;
  const { background, cluster } = places;
  const facts = known.facts();
  const listenerFacts = {
    containers: [...facts.containers],
    networked: [...new Set([...facts.networked, ...known.addressed])],
    listens: facts.listens.bind(facts),
    flows: known.localFlows.bind(known),
  };
  return judgeIncidents({
    ...detectedFacts(facts),
    ...background,
    contexts: [...background.contexts, ...early.judge(facts, known.telling, places)],
    containers: listenerFacts.containers,
    coverage: facts.coverage,
    losses: facts.losses,
    listenersAt: createListenerBook(listenerFacts, cluster),
    previous,
    nowUs,
  });
}

/** False where there may be more incidents than the judge gives. */
export function hasAll(judged: readonly Incident[]): boolean {
  return judged.length < incidentCountMax;
}
