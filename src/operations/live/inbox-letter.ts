/**
 * Holds the letters by which a person's word reaches a daemon that holds the state directory.
 * In: a note, or the withdrawal of one. Out: a file beside the state, and back again, checked.
 * Must never be trusted more than its schema: whoever may write to the directory wrote it.
 */
import * as z from "zod";
import { justificationNames, waiverStatuses } from "../../core/judge/waive/waiver.ts";
import type { Note, NoteStore } from "../../ports/store.ts";

const text = (lengthMax: number) => z.string().max(lengthMax);
const time = z.number().int().min(0).max(8.64e18);

const decision = z.strictObject({
  vulnerability: text(200).min(1),
  package: text(1000),
  workload: text(1000),
  image: text(1000),
  status: z.enum(waiverStatuses),
  justification: z.enum(justificationNames).nullable(),
  reason: text(4000).min(1),
  by: text(200).min(1),
  until: text(40).min(1),
  endUs: time,
});

const note = z.strictObject({
  id: z.string().regex(/^n-[0-9a-f]{16}$/),
  timeUs: time,
  by: text(200).min(1),
  text: text(4000),
  about: z.array(text(1000)).max(100),
  decision: decision.optional(),
  revokedUs: time,
});

const letterSchema = z.strictObject({
  version: z.literal(1),
  note,
  /** Id of a note that this one withdraws; "" for none. */
  revokes: text(40),
});

/** A note, and which earlier one it withdraws: "" for none. */
export interface Letter {
  readonly note: Note;
  readonly revokes: string;
}

const namePattern = /(?:^|\/)inbox-n-[0-9a-f]{16}\.json$/;

/** Beside the state and not below it: there is no directory to be made. */
export function letterName(directory: string, { note: { id } }: Letter): string {
  return `${directory.replace(/\/+$/, "")}/inbox-${id}.json`;
}

/** True for names that `letterName` gives. */
export function isLetterName(name: string): boolean {
  return namePattern.test(name);
}

export function writeLetter({ note: one, revokes }: Letter): string {
  return `${JSON.stringify({ version: 1, note: one, revokes })}\n`;
}

/** undefined for what is no letter. */
export function readLetter(body: string): Letter | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const result = letterSchema.safeParse(value);
  if (!result.success) return undefined;
  const { note: one, revokes } = result.data;
  return { note: { ...one, decision: one.decision }, revokes };
}

/** Adding and withdrawing are idempotent in the store. */
export async function applyLetter({ note, revokes }: Letter, notes: NoteStore): Promise<void> {
  await notes.add(note);
  if (revokes !== "") await notes.revoke(revokes, note.timeUs);
}
