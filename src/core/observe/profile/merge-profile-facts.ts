/**
 * Holds how two facts of a profile with one key become one.
 * In: facts. Out: facts. The merge is associative, commutative and idempotent.
 */
import { earliest, mergeTexts } from "../merge-facts.ts";
import type { ProfileFact } from "./profile-fact.ts";

/** **Unit**: entries. Enough to tell a habit from a single day, and a workload from one run. */
export const profileListMax = { days: 32, runs: 16 } as const;

/** Both must be of one key. */
export function mergeProfiles(a: ProfileFact, b: ProfileFact): ProfileFact {
  return {
    ...a,
    count: Math.max(a.count, b.count),
    days: mergeDays(a.days, b.days),
    runs: mergeTexts(a.runs, b.runs, profileListMax.runs),
    firstSeenUs: earliest(a.firstSeenUs, b.firstSeenUs),
    lastSeenUs: Math.max(a.lastSeenUs, b.lastSeenUs),
  };
}

/** In order, each once, the latest ones. */
export function mergeDays(a: readonly number[], b: readonly number[]): readonly number[] {
  return [...new Set([...a, ...b])].sort((x, y) => x - y).slice(-profileListMax.days);
}
