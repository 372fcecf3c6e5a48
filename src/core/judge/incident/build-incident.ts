/**
 * Holds how a case becomes an incident: every part of it judged and put together.
 * In: a case. Out: an incident, but for those it is related to.
 */
import { buildTimeline } from "./build-timeline.ts";
import { identifyIncident } from "./identify-incident.ts";
import type { Incident } from "./incident.ts";
import type { IncidentCase } from "./incident-case.ts";
import { judgeConfidence, listGaps } from "./judge-confidence.ts";
import { listPlaces } from "./list-places.ts";
import { listProcesses } from "./list-processes.ts";
import { sumUpSignals } from "./sum-up-signals.ts";
import { tellIncident } from "./tell-incident.ts";

export function buildIncident(given: IncidentCase): Incident {
  const identity = identifyIncident(given);
  const places = listPlaces(given);
  const sum = sumUpSignals(given);
  const told = tellIncident(given, identity.id);
  const timeline = buildTimeline(given);
  const shown = listProcesses(given);
  return {
    ...identity,
    ...places,
    ...sum,
    ...told,
    ...judgeConfidence(given, told.firstAccess),
    firstSeenUs: given.firstSeenUs,
    lastSeenUs: given.lastSeenUs,
    timeline: timeline.lines,
    processes: shown.processes,
    gaps: listGaps(given),
    related: [],
    omitted: [given, timeline, shown, sum, places].flatMap(({ omitted }) => omitted),
  };
}
