/**
 * Holds how what a person says becomes a note: by whom, when, about what; and its withdrawal.
 * In: words, a finding, the notes that are kept. Out: the note.
 * Must never withdraw what was not asked for by its id.
 */
import { cutText } from "../../core/event/bounds.ts";
import type { TimeUs } from "../../core/event/event.ts";
import type { TrackedFinding } from "../../core/judge/change/finding-change.ts";
import { fingerprint } from "../../core/judge/fingerprint.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { Note, NoteStore } from "../../ports/store.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { speaksOfIncident } from "../detect/incident-decisions.ts";

/** **Unit**: UTF-16 code units. */
export const noteTextLengthMax = 4000;
const keyCountMax = 100;

/** By which a note on a finding is found again: equal keys of others like it too. */
export function aboutFinding(finding: TrackedFinding): readonly string[] {
  const { id, vulnerability, aliases, package: name, workload } = finding;
  return [...new Set([id, vulnerability, ...aliases, name, workload])].slice(0, keyCountMax);
}

/** **Shape** of the id: the same words at the same time are the same note. */
export function makeNote(parts: Omit<Note, "id" | "revokedUs">): Note {
  const { timeUs, by, text, about, decision } = parts;
  const said = JSON.stringify(decision ?? null);
  const id = `n-${fingerprint([String(timeUs), by, text, said, ...about])}`;
  return { id, ...parts, revokedUs: 0 };
}

export interface Withdrawal {
  /** Id of what is withdrawn. */
  readonly revoke: string;
  readonly by: string;
  readonly reason: string;
  readonly timeUs: TimeUs;
  /** What it has to be: a decision may be in force in reports. */
  readonly kind: "decision" | "note";
}

/**
 * What was withdrawn, and the note that says so. **Errors**: throws `not-found`; `usage` where it
 * is withdrawn already.
 */
export async function makeWithdrawal(
  { revoke, by, reason, timeUs, kind }: Withdrawal,
  notes: NoteStore,
): Promise<{ readonly note: Note; readonly revokes: string }> {
  const old = (await notes.all()).find((one) => one.id === revoke);
  const isOfKind = (old?.decision !== undefined) === (kind === "decision");
  if (old === undefined || !isOfKind || speaksOfIncident(old)) {
    const what = kind === "decision" ? "decision" : "note";
    const message = `No ${what} "${makeVisible(revoke, 40)}" is in the state directory.`;
    throw new WaggleError("not-found", message);
  }
  if (old.revokedUs > 0) {
    throw new WaggleError("usage", `The ${kind} ${old.id} is withdrawn already.`);
  }
  const text = cutText(`withdrew ${old.id}: ${reason}`, noteTextLengthMax);
  const about = [...old.about];
  return { note: makeNote({ timeUs, by, text, about, decision: undefined }), revokes: old.id };
}
