/**
<<<<<<< HEAD
 * Holds what a state knows of incidents beside facts: what its daemon judged before, and which
 * ones people closed.
 * In: a state directory; "" for recordings. Out: both, empty where nothing is known.
 */
import type { Incident } from "../../core/judge/incident/incident.ts";
import { withStore } from "../live/with-store.ts";
=======
 * Holds what the state of a daemon says of incidents beside its facts: what was judged before, and
 * what people said.
 * In: a state directory. Out: both. Must never write.
 */
import type { Incident } from "../../core/judge/incident/incident.ts";
import { withStore } from "../live/state-field.ts";
>>>>>>> watch
import type { OperationContext } from "../operation.ts";
import { closingsOf, type IncidentClosing } from "./incident-closings.ts";
import { readIncidentMemory } from "./incident-memory.ts";

<<<<<<< HEAD
export interface SaidOfState {
  readonly judged: readonly Incident[];
  /** By id of the incident. */
  readonly closings: ReadonlyMap<string, IncidentClosing>;
}

/** **Errors**: throws what opening a store throws. */
export async function readSaid(directory: string, context: OperationContext): Promise<SaidOfState> {
=======
export interface SaidBefore {
  readonly judged: readonly Incident[];
  readonly closings: ReadonlyMap<string, IncidentClosing>;
}

/** Without a directory nothing was. **Errors**: what opening the store throws. */
export async function readSaid(directory: string, context: OperationContext): Promise<SaidBefore> {
>>>>>>> watch
  if (directory === "") return { judged: [], closings: new Map() };
  return withStore({ directory, mode: "read" }, context, async (store) => {
    const { judged } = await readIncidentMemory(store.settings);
    return { judged, closings: closingsOf(await store.notes.all()) };
  });
}
