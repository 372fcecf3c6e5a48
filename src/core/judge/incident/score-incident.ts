/**
 * Holds how an incident's score comes about, part by part.
 * In: signals, what is known of the workloads. Out: parts, and the number that they give.
 * Must never add anything that is not a part: a person can add it up.
 */
import type { SignalFact } from "../../observe/detect/detect-fact.ts";
import type { Workload } from "../../observe/fact.ts";
import type { WorkloadContext } from "../context/workload-context.ts";
import { nameWorkload } from "../name-workload.ts";
import { workloadKey } from "../workload-key.ts";
import type { ScorePart } from "./incident.ts";
import {
  incompleteShare,
  privilegedFactor,
  repeatCountMax,
  repeatShare,
  roleFactors,
  tacticFactors,
} from "./score-table.ts";
import { strongestOfFamilies } from "./weigh-signals.ts";

/** Sum of what is added, times all factors, rounded to a whole number. */
export function addUpScore(parts: readonly ScorePart[]): number {
  const sum = parts.reduce((all, { kind, value }) => (kind === "add" ? all + value : all), 0);
  const factor = parts.reduce((all, { kind, value }) => (kind === "times" ? all * value : all), 1);
  return Math.round(sum * factor);
}

/** **Order**: families by what they add, then factors. */
export function scoreParts(
  signals: readonly SignalFact[],
  contexts: readonly WorkloadContext[],
): readonly ScorePart[] {
  const tacticCount = new Set(signals.flatMap(({ tactics }) => tactics)).size;
  const factor = tacticFactors[Math.min(tacticCount, tacticFactors.length - 1)] ?? 1;
  const diversity: ScorePart[] =
    factor === 1 ? [] : [{ label: `${tacticCount} tactics`, kind: "times", value: factor }];
  return [...familyParts(signals), ...diversity, ...roleParts(contexts)];
}

function familyParts(signals: readonly SignalFact[]): readonly ScorePart[] {
  const weighed = signals.map((signal) => ({
    ...signal,
    score: signal.incomplete ? signal.score * incompleteShare : signal.score,
  }));
  const ofFamily = Map.groupBy(weighed, ({ family }) => family);
  return [...strongestOfFamilies(weighed)]
    .map(([family, { score }]): ScorePart => {
      const repeats = Math.min(repeatCountMax, (ofFamily.get(family)?.length ?? 1) - 1);
      const value = Math.round(score * (1 + repeatShare * repeats));
      const times = repeats > 0 ? `, and again` : "";
      return { label: `signals of ${family}${times}`, kind: "add", value };
    })
    .sort((a, b) => b.value - a.value);
}

/** Of several workloads the weightiest counts: a second database makes no second incident. */
function roleParts(contexts: readonly WorkloadContext[]): readonly ScorePart[] {
  const parts = contexts.flatMap(({ workload, roles, reach }): ScorePart[] => {
    const name = nameWorkload(workload);
    const privileged = reach.hostAccess.length > 0 || reach.credentials.some((one) => one.powerful);
    return [
      ...roles.map(({ role }): ScorePart => {
        return { label: `${role}: ${name}`, kind: "times", value: roleFactors[role] ?? 1 };
      }),
      { label: `privileged: ${name}`, kind: "times", value: privileged ? privilegedFactor : 1 },
    ];
  });
  const most = parts.reduce((best, part) => Math.max(best, part.value), 1);
  return parts.filter(({ value }) => value > 1 && value === most).slice(0, 1);
}

/** Contexts of the given workloads. */
export function contextsOf(
  contexts: readonly WorkloadContext[],
  workloads: readonly Workload[],
): readonly WorkloadContext[] {
  const names = new Set(workloads.map(workloadKey));
  return contexts.filter(({ workload }) => names.has(workloadKey(workload)));
}
