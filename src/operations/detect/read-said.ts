/**
 * Holds what the state of a daemon says of incidents beside its facts: what was judged before, and
 * what people said.
 * In: a state directory. Out: both. Must never write.
 */
import type { Incident } from "../../core/judge/incident/incident.ts";
import { withStore } from "../live/state-field.ts";
import type { OperationContext } from "../operation.ts";
import { closingsOf, type IncidentClosing } from "./incident-closings.ts";
import { readIncidentMemory } from "./incident-memory.ts";

export interface SaidBefore {
  readonly judged: readonly Incident[];
  readonly closings: ReadonlyMap<string, IncidentClosing>;
}

/** Without a directory nothing was. **Errors**: what opening the store throws. */
export async function readSaid(directory: string, context: OperationContext): Promise<SaidBefore> {
  if (directory === "") return { judged: [], closings: new Map() };
  return withStore({ directory, mode: "read" }, context, async (store) => {
    const { judged } = await readIncidentMemory(store.settings);
    return { judged, closings: closingsOf(await store.notes.all()) };
  });
}
