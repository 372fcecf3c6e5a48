/**
 * Holds what of the history was forgotten so far, so that an answer can say that it is not kept.
 * In: counts of what left. Out: their sums over restarts, and before which time nothing is kept.
 * Must never be taken for a list of what there was: it grows with nothing.
 */
import type { TimeUs } from "../../core/event/event.ts";
import type { SettingStore } from "../../ports/store.ts";

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

export const nothingForgotten: ForgottenCounts = { findings: 0, changes: 0, notes: 0, reports: 0 };

/** What is not as it was written is taken for nothing. */
export async function readForgotten(settings: SettingStore): Promise<ForgottenHistory> {
  const value = parse((await settings.get(key)) ?? "{}");
  const numberOf = (name: string): number => {
    const found = value[name];
    return typeof found === "number" && Number.isFinite(found) ? found : 0;
  };
  return {
    findingsBeforeUs: numberOf("findingsBeforeUs"),
    reportsBeforeUs: numberOf("reportsBeforeUs"),
    counts: mapKinds((kind) => numberOf(kind)),
  };
}

/** Adds to what is known; a time counts only where something of its kind left. */
export async function noteForgotten(
  settings: SettingStore,
  { findingsBeforeUs, reportsBeforeUs, counts }: ForgottenHistory,
): Promise<void> {
  const known = await readForgotten(settings);
  const later = (before: TimeUs, now: TimeUs, count: number) =>
    count > 0 ? Math.max(before, now) : before;
  const next = {
    findingsBeforeUs: later(known.findingsBeforeUs, findingsBeforeUs, counts.findings),
    reportsBeforeUs: later(known.reportsBeforeUs, reportsBeforeUs, counts.reports),
    ...mapKinds((kind) => known.counts[kind] + counts[kind]),
  };
  await settings.set(key, JSON.stringify(next));
}

function mapKinds(of: (kind: keyof ForgottenCounts) => number): ForgottenCounts {
  const [findings, changes] = [of("findings"), of("changes")];
  return { findings, changes, notes: of("notes"), reports: of("reports") };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
