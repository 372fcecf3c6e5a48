/**
 * Holds what a state knows of incidents beside facts: what its daemon judged before, and which
 * ones people closed or took in hand.
 * In: a state directory; "" for recordings. Out: both, empty where nothing is known.
 */
import type { Incident } from "../../core/judge/incident/incident.ts";
import { withStore } from "../live/state-field.ts";
import type { OperationContext } from "../operation.ts";
import { decisionsOf, type SaidOfIncident } from "./incident-decisions.ts";
import { readIncidentMemory } from "./incident-memory.ts";

export interface SaidOfState {
  readonly judged: readonly Incident[];
  /** By id of the incident. */
  readonly decisions: ReadonlyMap<string, SaidOfIncident>;
}

/** **Errors**: throws what opening a store throws. */
export async function readSaid(directory: string, context: OperationContext): Promise<SaidOfState> {
  if (directory === "") return { judged: [], decisions: new Map() };
  return withStore({ directory, mode: "read" }, context, async (store) => {
    const { judged } = await readIncidentMemory(store.settings);
    return { judged, decisions: decisionsOf(await store.notes.all()) };
  });
}
