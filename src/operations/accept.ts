/**
 * Holds the operation `accept`: a person signs a finding, until a day; or withdraws it.
 * In: a state directory, a finding, who, why, until when. Out: the note that is kept.
 * Must never cover more than was asked, nor sign without a name, a reason and an end.
 */
import * as z from "zod";
import type { TimeUs } from "../core/event/event.ts";
import { endedStates, type TrackedFinding } from "../core/judge/change/finding-change.ts";
import {
  justificationNames,
  type SignedDecision,
  waiverStatuses,
} from "../core/judge/waive/waiver.ts";
import { makeVisible } from "../core/report/safe-text.ts";
import type { Note, Store } from "../ports/store.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import {
  type FindingQuery,
  findTracked,
  placeField,
  readTracked,
  requireOne,
} from "./live/find-tracked.ts";
import { keepLetter } from "./live/keep-letter.ts";
import { aboutFinding, makeNote, makeWithdrawal, noteTextLengthMax } from "./live/make-note.ts";
import { stateField, stateOf, timeOf, withStore } from "./live/state-field.ts";
import type { Operation } from "./operation.ts";
import { readTime } from "./time-range.ts";

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
  reason: z
    .string()
    .min(1)
    .max(noteTextLengthMax)
    .optional()
    .describe("Why; shown in every report"),
  until: z
    .string()
    .min(1)
    .max(40)
    .optional()
    .describe("Last day that it holds for, as 2026-12-31, or a time; then it is looked at again"),
  by: z.string().min(1).max(200).describe("Who answers for it"),
  status: z.enum(waiverStatuses).optional().describe("What is said; accepted when left out"),
  justification: z
    .enum(justificationNames)
    .optional()
    .describe("Why it is not affected; needed with --status not_affected"),
  scope: z
    .enum(["workload", "image", "everywhere"])
    .optional()
    .describe("Where it holds: this container of the workload (the default), its image, all"),
  revoke: z.string().min(1).max(40).optional().describe("Withdraw the decision of this id instead"),
});
type AcceptInput = z.infer<typeof input>;

export interface AcceptOutput {
  readonly note: Note;
  /** null when a decision was withdrawn. */
  readonly finding: TrackedFinding | null;
  /** Id of the decision that was withdrawn; "" when none. */
  readonly revokes: string;
  /** Findings that are there and that it speaks of, the one above included. */
  readonly findingCount: number;
  /** True when a daemon runs: it takes it in by itself. */
  readonly isQueued: boolean;
}

export const accept: Operation<AcceptInput, AcceptOutput> = {
  name: "accept",
  summary: "sign a finding until a day, or withdraw what was signed",
  description:
    "Keeps a person's word on a finding in the state directory: accepted, not affected, fixed or " +
    "no true match; by whom, why and until when. Each report shows it until it ends; rank and " +
    "decision stay as they are. Works beside a running daemon, which takes it in.",
  effect: "write",
  input,
  run: async (given, context) => {
    const nowUs = timeOf(context);
    const state = stateOf(given.state, context);
    const made = await withStore({ directory: state, mode: "read" }, context, (store) =>
      given.revoke === undefined
        ? signFinding(given, store, nowUs)
        : withdraw({ ...given, revoke: given.revoke }, store, nowUs),
    );
    const { note, revokes } = made;
    return { ...made, isQueued: await keepLetter({ note, revokes }, state, context) };
  },
};

type Made = Omit<AcceptOutput, "isQueued">;

async function signFinding(given: AcceptInput, store: Store, nowUs: TimeUs): Promise<Made> {
  const { reason, until, by, status = "accepted", justification } = given;
  if (given.finding === undefined) throw usage("name a finding, or a decision with --revoke");
  if (reason === undefined || until === undefined) throw usage("give --reason and --until");
  if (status === "not_affected" && justification === undefined) {
    throw usage(`not_affected needs --justification: ${justificationNames.join(", ")}`);
  }
  const endUs = readEnd(until, nowUs);
  const all = await readTracked(store.history);
  const { package: name, place } = given;
  const finding = findPresent(all, { finding: given.finding, package: name, place });
  const decision: SignedDecision = {
    vulnerability: finding.vulnerability,
    package: finding.package,
    ...scopeOf(finding, given.scope ?? "workload"),
    status,
    justification: justification ?? null,
    ...{ reason, by, until, endUs },
  };
  const about = aboutFinding(finding);
  const note = makeNote({ timeUs: nowUs, by, text: reason, about, decision });
  const findingCount = all.filter((one) => speaksOf(decision, one)).length;
  return { note, finding, revokes: "", findingCount };
}

/** **Unit**: microseconds; a day that is named counts whole. */
const dayUs = 86_400e6;

function readEnd(until: string, nowUs: TimeUs): TimeUs {
  const startUs = readTime(until);
  if (startUs === undefined) throw usage("--until takes a day such as 2026-12-31, or an ISO time");
  const endUs = startUs + (/^[\d-]+$/.test(until) ? dayUs : 0);
  if (endUs > nowUs) return endUs;
  throw usage(`--until ${makeVisible(until, 40)} is past: a decision must have a time to hold`);
}

/** What is no more needs no signature, and would get one for what may come back. */
function findPresent(all: readonly TrackedFinding[], query: FindingQuery): TrackedFinding {
  const found = findTracked(all, query);
  const present = found.filter(({ state }) => !endedStates.includes(state));
  const one = requireOne(present.length > 0 ? present : found, all, query);
  if (!endedStates.includes(one.state)) return one;
  throw usage(`the finding ${one.id} is ${one.state}: there is nothing to sign`);
}

function scopeOf(
  { workload, imageDigest, imageReference }: TrackedFinding,
  scope: "workload" | "image" | "everywhere",
): Pick<SignedDecision, "workload" | "image"> {
  const image = imageDigest === "" ? imageReference : imageDigest;
  if (scope === "image" && image === "") throw usage("nothing tells the image of that finding");
  return { workload: scope === "workload" ? workload : "", image: scope === "image" ? image : "" };
}

function speaksOf(decision: SignedDecision, one: TrackedFinding): boolean {
  return (
    [one.vulnerability, ...one.aliases].includes(decision.vulnerability) &&
    one.package === decision.package &&
    (decision.workload === "" || one.workload === decision.workload) &&
    (decision.image === "" || [one.imageDigest, one.imageReference].includes(decision.image)) &&
    !endedStates.includes(one.state)
  );
}

async function withdraw(
  given: AcceptInput & { readonly revoke: string },
  store: Store,
  nowUs: TimeUs,
): Promise<Made> {
  const { revoke, by, reason = "withdrawn", finding, until } = given;
  if (finding !== undefined || until !== undefined) {
    throw usage("--revoke takes a decision, and no finding or --until beside it");
  }
  const withdrawal = { revoke, by, reason, timeUs: nowUs, kind: "decision" } as const;
  const made = await makeWithdrawal(withdrawal, store.notes);
  return { ...made, finding: null, findingCount: 0 };
}

function usage(message: string): WaggleError {
  return new WaggleError("usage", `accept: ${message}.`);
}
