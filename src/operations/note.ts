/**
 * Holds the operation `note`: a person says something about a finding, for whoever looks next.
 * In: a state directory, a finding, the words, who says them. Out: the note that is kept.
 * Must never change a finding: what a person decides is signed with `accept`.
 */
import * as z from "zod";
import type { TimeUs } from "../core/event/event.ts";
import type { TrackedFinding } from "../core/judge/change/finding-change.ts";
import type { Note, Store } from "../ports/store.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { speaksOfIncident } from "./detect/incident-decisions.ts";
import { findOneTracked, placeField, readTracked } from "./live/find-tracked.ts";
import { keepLetter } from "./live/keep-letter.ts";
import { aboutFinding, makeNote, makeWithdrawal, noteTextLengthMax } from "./live/make-note.ts";
import { stateField, stateOf, timeOf, withStore } from "./live/state-field.ts";
import type { Operation } from "./operation.ts";

const input = z.strictObject({
  finding: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe("Id of a finding (or its start), or a vulnerability and where it is"),
  place: placeField,
  package: z.string().min(1).max(1000).optional().describe("Source package, where several have it"),
  state: stateField,
  text: z
    .string()
    .min(1)
    .max(noteTextLengthMax)
    .optional()
    .describe("What is to be known; `waggle history` shows it, and finds it by its words"),
  by: z.string().min(1).max(200).describe("Who says it"),
  revoke: z.string().min(1).max(40).optional().describe("Withdraw the note of this id instead"),
});
type NoteInput = z.infer<typeof input>;

export interface NoteOutput {
  readonly note: Note;
  /** null when a note was withdrawn. */
  readonly finding: TrackedFinding | null;
  /** Id of the note that was withdrawn; "" when none. */
  readonly revokes: string;
  /** True when a daemon runs: it takes it in by itself. */
  readonly isQueued: boolean;
}

/** Of all findings together; what people decided does not count. */
const noteCountMax = 20_000;

export const note: Operation<NoteInput, NoteOutput> = {
  name: "note",
  summary: "keep words of a person about a finding",
  description:
    "Keeps a note beside a finding in the state directory: by whom, when, what. It changes no " +
    "report: `waggle history` shows it with the finding, and with others of the same " +
    "vulnerability, package or workload, or by its words. Works beside a running daemon.",
  effect: "write",
  input,
  run: async (given, context) => {
    const timeUs = timeOf(context);
    const state = stateOf(given.state, context);
    const made = await withStore({ directory: state, mode: "read" }, context, (store) =>
      given.revoke === undefined
        ? say(given, store, timeUs)
        : withdraw({ ...given, revoke: given.revoke }, store, timeUs),
    );
    return { ...made, isQueued: await keepLetter(made, state, context) };
  },
};

type Made = Omit<NoteOutput, "isQueued">;

async function say(given: NoteInput, { history, notes }: Store, timeUs: TimeUs): Promise<Made> {
  const { finding: named, place, package: name, by } = given;
  const text = given.text?.trim() ?? "";
  if (named === undefined) throw usage("name a finding, or a note with --revoke");
  if (text === "") throw usage("say something with --text");
  if (by.trim() === "") throw usage("say who with --by");
  const all = await readTracked(history);
  const finding = findOneTracked(all, { finding: named, place, package: name });
  const isFree = (one: Note) => !one.decision && one.revokedUs === 0 && !speaksOfIncident(one);
  const free = (await notes.all()).filter(isFree);
  if (free.length >= noteCountMax) {
    throw usage(`${noteCountMax} notes are kept already: withdraw some with --revoke`);
  }
  const about = aboutFinding(finding);
  return {
    note: makeNote({ timeUs, by, text, about, decision: undefined }),
    ...{ finding, revokes: "" },
  };
}

async function withdraw(
  given: NoteInput & { readonly revoke: string },
  { notes }: Store,
  timeUs: TimeUs,
): Promise<Made> {
  const { revoke, by, finding, text = "withdrawn" } = given;
  if (finding !== undefined) throw usage("--revoke takes a note, and no finding beside it");
  const withdrawal = { revoke, by, reason: text, timeUs, kind: "note" } as const;
  return { ...(await makeWithdrawal(withdrawal, notes)), finding: null };
}

function usage(message: string): WaggleError {
  return new WaggleError("usage", `note: ${message}.`);
}
