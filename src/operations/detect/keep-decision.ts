/**
 * Holds keeping what a person decides of an incident: closed, acknowledged, opened again.
 * In: an incident, who, why. Out: the note that is kept. Must never close without a reason.
 */
import type { Incident } from "../../core/judge/incident/incident.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { Note } from "../../ports/store.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { keepLetter } from "../live/keep-letter.ts";
import { timeOf, withStore } from "../live/state-field.ts";
import type { OperationContext } from "../operation.ts";
import { decisionNote, decisionsOf, type IncidentDecision } from "./incident-decisions.ts";

export interface DecisionRequest {
  readonly decision: IncidentDecision;
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
}

export interface KeptDecision {
  readonly decision: IncidentDecision;
  readonly note: Note;
  /** Id of the note that is taken back; "" none. */
  readonly revokes: string;
  /** True when a daemon runs: it takes it in by itself. */
  readonly isQueued: boolean;
}

/** Said where nobody gave a name. */
const somebody = "somebody at the command line";

/** Said where nobody gave a reason; a closing has one always. */
const plainWords: Readonly<Record<IncidentDecision, string>> = {
  closed: "",
  acknowledged: "on it",
  reopened: "opened again",
};

/** **Errors**: throws `usage`, and what the store throws. */
export async function keepDecision(
  incident: Incident,
  { decision, reason, by = somebody }: DecisionRequest,
  { state, context }: { readonly state: string; readonly context: OperationContext },
): Promise<KeptDecision> {
  if (decision === "closed" && reason === undefined) throw usage("a closing needs --reason");
  if (decision === "acknowledged" && incident.state === "closed") {
    throw usage(`${makeVisible(incident.id, 80)} is closed: there is nothing to take in hand`);
  }
  const words = { timeUs: timeOf(context), by, text: reason ?? plainWords[decision] };
  const note = decisionNote(incident, decision, words);
  const revokes = decision === "reopened" ? await lastWordOf(incident, state, context) : "";
  const isQueued = await keepLetter({ note, revokes }, state, context);
  return { decision, note, revokes, isQueued };
}

async function lastWordOf(
  { id }: Incident,
  directory: string,
  context: OperationContext,
): Promise<string> {
  const notes = await withStore({ directory, mode: "read" }, context, (store) => store.notes.all());
  const said = decisionsOf(notes).get(id);
  // Where both are, the acknowledgement came later.
  const note = said?.acknowledgement ?? said?.closing;
  if (note !== undefined) return note.id;
  throw usage(`nobody closed or acknowledged the incident ${makeVisible(id, 80)}`);
}

function usage(message: string): WaggleError {
  return new WaggleError("usage", `decide-incident: ${message}.`);
}
