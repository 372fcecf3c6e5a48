/**
 * Holds how the history loses what is long over: findings that ended, with their changes, and what
 * people said of nothing else, of incidents too.
 * In: the store, a time. Out: how much left. Must never take a signature that is in force, a word
 * on what is still tracked, on an incident that is kept, or a finding that came back meanwhile.
 */
import type { TimeUs } from "../../core/event/event.ts";
import { chooseForgotten } from "../../core/judge/change/choose-forgotten.ts";
import type { Note, Store } from "../../ports/store.ts";
import { incidentOf } from "../detect/incident-decisions.ts";
import { readTracked } from "./find-tracked.ts";
import type { ForgottenCounts } from "./forgotten-log.ts";

/** Whether an incident may still be shown: of such a one a closing must stay. */
export type IsIncidentKept = (id: string) => boolean;

/** **Cost**: one pass over findings, and one over notes. */
export async function forgetHistory(
  { history, notes }: Pick<Store, "history" | "notes">,
  beforeUs: TimeUs,
  isIncidentKept: IsIncidentKept,
): Promise<Omit<ForgottenCounts, "reports">> {
  const old = chooseForgotten(await readTracked(history), beforeUs);
  const dropped = await history.forgetFindings(old);
  // Read again: one that came back meanwhile stays, with what was said of it.
  const kept = await readTracked(history);
  const keys = new Set(
    kept.flatMap(({ id, vulnerability, aliases }) => [id, vulnerability, ...aliases]),
  );
  const isOfKept = (note: Note) => {
    const incident = incidentOf(note);
    if (incident !== undefined) return isIncidentKept(incident);
    return note.about.some((one) => keys.has(one));
  };
  const isOver = (note: Note) => overUs(note) < beforeUs && !isOfKept(note);
  const over = (await notes.all()).filter(isOver).map(({ id }) => id);
  return { ...dropped, notes: await notes.drop(over) };
}

/** From when on it says nothing that holds. */
function overUs({ timeUs, revokedUs, decision }: Note): TimeUs {
  if (revokedUs > 0) return Math.max(timeUs, revokedUs);
  return Math.max(timeUs, decision?.endUs ?? 0);
}
