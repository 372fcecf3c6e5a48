/**
 * Holds what people signed and the store keeps.
 * In: notes. Out: decisions for a report, or for the ledger.
 * Must never give one that was withdrawn.
 */
import type { TimeUs } from "../../core/event/event.ts";
import type { SignedDecision } from "../../core/judge/waive/waiver.ts";
import type { NoteStore } from "../../ports/store.ts";

/** Those in force: a report shows them. **Order**: of `all`. */
export async function storedDecisions(
  notes: NoteStore,
  nowUs: TimeUs,
): Promise<readonly SignedDecision[]> {
  return (await signedDecisions(notes)).filter(({ endUs }) => endUs > nowUs);
}

/** Ended ones too: the ledger tells an end from a withdrawal. **Order**: of `all`. */
export async function signedDecisions(notes: NoteStore): Promise<readonly SignedDecision[]> {
  const all = await notes.all();
  return all.flatMap(({ decision, revokedUs }) =>
    decision === undefined || revokedUs > 0 ? [] : [decision],
  );
}
