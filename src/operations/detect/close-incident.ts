/**
 * Holds the closing of an incident by a person, and its opening again.
 * In: an incident, who, why. Out: the note that is kept. Must never close without a reason.
 */
import type { Incident } from "../../core/judge/incident/incident.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { Note } from "../../ports/store.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { keepLetter } from "../live/keep-letter.ts";
import { timeOf, withStore } from "../live/state-field.ts";
import type { OperationContext } from "../operation.ts";
import { closingNote, closingsOf, openingNote } from "./incident-closings.ts";

export interface ClosingRequest {
  readonly close?: boolean | undefined;
  readonly reopen?: boolean | undefined;
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
}

export interface SaidOfIncident {
  readonly kind: "close" | "reopen";
  readonly note: Note;
  /** True when a daemon runs: it takes it in by itself. */
  readonly isQueued: boolean;
}

/** Said where nobody gave a name. */
const somebody = "somebody at the command line";

/** null when nothing was asked for. **Errors**: throws `usage`, and what the store throws. */
export async function sayOfIncident(
  incident: Incident,
  { close = false, reopen = false, reason, by = somebody }: ClosingRequest,
  { state, context }: { readonly state: string; readonly context: OperationContext },
): Promise<SaidOfIncident | null> {
  if (!close && !reopen) {
    if (reason !== undefined) throw usage("--reason goes with --close or --reopen");
    return null;
  }
  if (close && reopen) throw usage("give --close or --reopen, not both");
  if (state === "") throw usage("only incidents of a daemon are closed: pass --state DIR");
  if (close && reason === undefined) throw usage("--close needs --reason");
  const words = { timeUs: timeOf(context), by, text: reason ?? "opened again" };
  const kind = close ? "close" : "reopen";
  const note = close ? closingNote(incident, words) : openingNote(incident, words);
  const revokes = close ? "" : await closingIdOf(incident, state, context);
  return { kind, note, isQueued: await keepLetter({ note, revokes }, state, context) };
}

async function closingIdOf(
  { id }: Incident,
  directory: string,
  context: OperationContext,
): Promise<string> {
  const notes = await withStore({ directory, mode: "read" }, context, (store) => store.notes.all());
  const closing = closingsOf(notes).get(id);
  if (closing !== undefined) return closing.note.id;
  throw usage(`nobody closed the incident ${makeVisible(id, 80)}`);
}

function usage(message: string): WaggleError {
  return new WaggleError("usage", `incident: ${message}.`);
}
