/**
 * Holds the part of an incident that is told in words, and what to do about it.
 * In: a case, its id. Out: headline, story, first access, artefacts, causes, actions.
 */
import { findPossibleCauses } from "./find-possible-causes.ts";
import { gatherArtefacts } from "./gather-artefacts.ts";
import type { Incident } from "./incident.ts";
import type { IncidentCase } from "./incident-case.ts";
import { judgeFirstAccess } from "./judge-first-access.ts";
import { listActions } from "./list-actions.ts";
import { readDeeds } from "./read-deeds.ts";
import { tellStory, writeHeadline } from "./tell-story.ts";

type Told = Pick<
  Incident,
  "headline" | "story" | "firstAccess" | "artefacts" | "possibleCauses" | "actions"
>;

export function tellIncident(given: IncidentCase, id: string): Told {
  const firstAccess = judgeFirstAccess(given);
  const deeds = readDeeds(given);
  const causes = findPossibleCauses(given);
  return {
    headline: writeHeadline(given, deeds),
    story: tellStory(given, firstAccess, deeds),
    firstAccess,
    artefacts: gatherArtefacts(given, deeds),
    possibleCauses: causes,
    actions: listActions({ id, given, deeds, causes }),
  };
}
