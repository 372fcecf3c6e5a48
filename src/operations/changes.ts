/**
 * Holds the operation `changes`: what became of findings while the daemon ran, and why.
 * In: a state directory, since when, one finding. Out: lines of the ledger with what each is of.
 */
import * as z from "zod";
import { formatTime } from "../core/event/format-time.ts";
import type {
  FindingChange,
  FindingState,
  TrackedFinding,
} from "../core/judge/change/finding-change.ts";
import { shortenIds } from "../core/report/change/shorten-ids.ts";
import { findOneTracked, readTracked } from "./live/find-tracked.ts";
import { readForgotten } from "./live/forgotten-log.ts";
import { stateField, stateOf, withStore } from "./live/state-field.ts";
import type { Operation } from "./operation.ts";
import { readTimeBound, resolveTimeBound } from "./time-range.ts";

const input = z.strictObject({
  state: stateField,
  since: z
    .string()
    .min(1)
    .max(60)
    .optional()
    .describe("An ISO time, or a duration before the last report such as 24h; 24h when left out"),
  finding: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe("Only of this finding: id or its start, or a vulnerability and where it is"),
});

export interface ToldChange extends FindingChange {
  /** ISO 8601 UTC. */
  readonly time: string | null;
  /** null when nothing is kept of it. */
  readonly about: TrackedFinding | null;
  /** As much of the finding's id as no other has. */
  readonly shortId: string;
}

export interface ChangesOutput {
  /** ISO 8601 UTC; null: from the start. */
  readonly since: string | null;
  /** Of the last report; null when there is none. */
  readonly until: string | null;
  /** **Order**: the latest first; of one report by rank. */
  readonly changes: readonly ToldChange[];
  /** By the state that findings came to. */
  readonly counts: Readonly<Partial<Record<FindingState, number>>>;
  /** ISO 8601 UTC: changes of findings that ended before are not kept; null: nothing is missing. */
  readonly keptFrom: string | null;
  /** More were recorded than are listed: these are the latest. */
  readonly isCut: boolean;
}

const changeCountMax = 10_000;
const defaultSince = "24h";

export const changes: Operation<z.infer<typeof input>, ChangesOutput> = {
  name: "changes",
  summary: "say what became of findings lately, and why",
  description:
    "Reads the history that waggle run keeps: which findings are new, changed, fixed with proof, " +
    "retracted, back again or signed, each with its cause. May be asked beside a running daemon.",
  effect: "read",
  input,
  run: async ({ state, since, finding }, context) => {
    const where = { directory: stateOf(state, context), mode: "read" } as const;
    return withStore(where, context, async ({ history, settings }) => {
      const tracked = await readTracked(history);
      const [latest] = await history.reports(1);
      const endUs = latest?.timeUs ?? 0;
      const bound = readTimeBound(since ?? defaultSince, "--since");
      const sinceUs = Math.max(0, resolveTimeBound(bound, endUs));
      const one = finding === undefined ? undefined : findOneTracked(tracked, { finding });
      const found = await history.changes({
        sinceUs,
        ...(one === undefined ? {} : { finding: one.id }),
        countMax: changeCountMax + 1,
      });
      const { findingsBeforeUs } = await readForgotten(settings);
      const told = nameChanges(found.slice(-changeCountMax), tracked);
      return {
        since: formatTime(sinceUs),
        until: formatTime(endUs),
        changes: told.toSorted((a, b) => b.timeUs - a.timeUs),
        counts: countStates(told),
        keptFrom: sinceUs < findingsBeforeUs ? formatTime(findingsBeforeUs) : null,
        isCut: found.length > changeCountMax,
      };
    });
  },
};

function nameChanges(
  lines: readonly FindingChange[],
  tracked: readonly TrackedFinding[],
): readonly ToldChange[] {
  const known = new Map(tracked.map((each) => [each.id, each]));
  const shortIds = shortenIds([...known.keys(), ...lines.map(({ finding }) => finding)]);
  return lines.map((change) => ({
    ...change,
    time: formatTime(change.timeUs),
    about: known.get(change.finding) ?? null,
    shortId: shortIds.get(change.finding) ?? change.finding,
  }));
}

function countStates(told: readonly FindingChange[]): ChangesOutput["counts"] {
  const groups = Map.groupBy(told, ({ to }) => to);
  return Object.fromEntries([...groups].map(([state, all]) => [state, all.length]));
}
