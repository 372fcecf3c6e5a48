/**
 * Holds the operation `history`: the life of a finding, and what was done about ones like it.
 * In: a state directory, a finding. Out: its states and changes with causes, what people said, and
 * similar findings of the past, each with why it is similar.
 */
import * as z from "zod";
import type { FindingChange, TrackedFinding } from "../core/judge/change/finding-change.ts";
import { shortenIds } from "../core/report/change/shorten-ids.ts";
import type { FoundNote, Store } from "../ports/store.ts";
import { findSimilar } from "./live/find-similar.ts";
import { findTracked, placeField, readTracked } from "./live/find-tracked.ts";
import { readForgotten } from "./live/forgotten-log.ts";
import { groupSimilar, type SimilarGroups } from "./live/group-similar.ts";
import { stateField, stateOf, withStore } from "./live/state-field.ts";
import type { Operation } from "./operation.ts";

const input = z.strictObject({
  finding: z
    .string()
    .min(1)
    .max(1000)
    .describe("Id of a finding (or its start), or a vulnerability: then of all that have it"),
  place: placeField,
  package: z.string().min(1).max(1000).optional().describe("Only of this source package"),
  state: stateField,
});

export interface FindingHistory {
  readonly finding: TrackedFinding;
  /** **Order**: as they happened; the latest ones, if there are very many. */
  readonly changes: readonly FindingChange[];
  /** What people said of it, or of what it is like. */
  readonly notes: readonly FoundNote[];
}

export interface HistoryOutput {
  readonly findings: readonly FindingHistory[];
  readonly leftOutCount: number;
  /** Of the first finding, when it is the only one; else none. */
  readonly similar: SimilarGroups;
}

const findingCountMax = 20;
const changeCountMax = 500;
const noteCountMax = 20;

export const history: Operation<z.infer<typeof input>, HistoryOutput> = {
  name: "history",
  summary: "tell the life of a finding, and what was done about ones like it",
  description:
    "Shows when a finding came, what changed it and why, what people said about it, and similar " +
    "findings of the past: the same vulnerability elsewhere, the same package, the same " +
    "workload, then notes by their words, each with why it matched.",
  effect: "read",
  input,
  run: async ({ state, ...query }, context) => {
    const where = { directory: stateOf(state, context), mode: "read" } as const;
    return withStore(where, context, async (store) => {
      const tracked = await readTracked(store.history);
      const { findingsBeforeUs: keptFromUs } = await readForgotten(store.settings);
      const found = findTracked(tracked, { ...query, keptFromUs });
      const [only, second] = found;
      const shown = found.slice(0, findingCountMax);
      const findings = [];
      for (const one of shown) findings.push(await lifeOf(one, store));
      const isOne = only !== undefined && second === undefined;
      const alike = isOne ? findSimilar(only, tracked) : [];
      const shortIds = shortenIds(tracked.map(({ id }) => id));
      return {
        findings,
        leftOutCount: found.length - shown.length,
        similar: await groupSimilar(alike, store.history, shortIds),
      };
    });
  },
};

async function lifeOf(finding: TrackedFinding, store: Store): Promise<FindingHistory> {
  const { id, vulnerability, aliases, package: name, workload } = finding;
  const changes = await store.history.changes({ finding: id, countMax: changeCountMax });
  const keys = [id, vulnerability, ...aliases, name, workload];
  const words = [vulnerability, name, ...workload.split("/")].join(" ");
  const notes = await store.notes.find(keys, words, noteCountMax);
  return { finding, changes, notes };
}
