/**
 * Holds what of the history was forgotten so far, so that an answer can say that it is not kept.
 * In: counts of what left. Out: their sums over restarts, and before which time nothing is kept.
 * Must never be taken for a list of what there was: it grows with nothing.
 */
import * as z from "zod";
import type { TimeUs } from "../../core/event/event.ts";
import type { SettingStore } from "../../ports/store.ts";
import { parseJson } from "../load-cluster.ts";

export const forgottenKinds = ["findings", "changes", "notes", "reports"] as const;
export type ForgottenCounts = Readonly<Record<(typeof forgottenKinds)[number], number>>;

export interface ForgottenHistory {
  /** Findings that ended before it are not kept; 0: all are. */
  readonly findingsBeforeUs: TimeUs;
  /** 0: all that were written are kept. */
  readonly reportsBeforeUs: TimeUs;
  /** Since the state directory was made. */
  readonly counts: ForgottenCounts;
}

const key = "forgotten-history";
const number = z.number().min(0).default(0);
const schema = z.object({
  ...{ findingsBeforeUs: number, reportsBeforeUs: number },
  ...{ findings: number, changes: number, notes: number, reports: number },
});

export const nothingForgotten: ForgottenCounts = { findings: 0, changes: 0, notes: 0, reports: 0 };

/** What is not as it was written is taken for nothing. */
export async function readForgotten(settings: SettingStore): Promise<ForgottenHistory> {
  const result = schema.safeParse(parseJson((await settings.get(key)) ?? "{}"));
  const { findingsBeforeUs, reportsBeforeUs, ...counts } = result.data ?? schema.parse({});
  return { findingsBeforeUs, reportsBeforeUs, counts };
}

/** Adds to what is known; a time counts only where something of its kind left. */
export async function noteForgotten(
  settings: SettingStore,
  { findingsBeforeUs, reportsBeforeUs, counts }: ForgottenHistory,
): Promise<void> {
  const known = await readForgotten(settings);
  const later = (before: TimeUs, now: TimeUs, count: number) =>
    count > 0 ? Math.max(before, now) : before;
  const sum = (kind: keyof ForgottenCounts) => known.counts[kind] + counts[kind];
  const next = {
    findingsBeforeUs: later(known.findingsBeforeUs, findingsBeforeUs, counts.findings),
    reportsBeforeUs: later(known.reportsBeforeUs, reportsBeforeUs, counts.reports),
    ...Object.fromEntries(forgottenKinds.map((kind) => [kind, sum(kind)])),
  };
  await settings.set(key, JSON.stringify(next));
}
