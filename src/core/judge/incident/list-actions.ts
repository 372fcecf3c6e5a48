/**
 * Holds the recommended actions of an incident, by phase.
 * In: a case, its deeds and possible causes. Out: actions, each tied to evidence.
 */
import type { ActionScene } from "./action-scene.ts";
import { containActions } from "./contain-actions.ts";
import { eradicateActions } from "./eradicate-actions.ts";
import type { IncidentAction } from "./incident.ts";
import { preserveActions } from "./preserve-actions.ts";
import { recoverActions } from "./recover-actions.ts";

/** A person at night reads no more of one phase. */
const phaseCountMax = 10;

/** **Order**: contain, preserve, eradicate, recover; within, most urgent first. */
export function listActions(scene: ActionScene): readonly IncidentAction[] {
  return [containActions, preserveActions, eradicateActions, recoverActions].flatMap((list) =>
    list(scene).slice(0, phaseCountMax),
  );
}
