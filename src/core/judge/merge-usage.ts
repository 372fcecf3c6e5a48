/**
 * Holds how usage verdicts compare, and how those of several containers become one.
 * In: verdicts on the same package. Out: one verdict. In use anywhere is in use; not observed must
 * hold everywhere; evidence is kept from all. Must never turn an unknown into "not observed".
 */
import { compareText } from "../event/compare-text.ts";
import { type CoverageGrade, evidenceLevels, type Usage, type UsageState } from "./verdict.ts";

const states: readonly UsageState[] = ["in-use", "unknown", "not-observed"];
const grades: readonly CoverageGrade[] = ["none", "partial", "good"];
const evidenceCountMax = 12;

/** **Order**: strongest use first: in use, unknown, not observed; then by level of evidence. */
export function compareUsage(a: Usage, b: Usage): number {
  return (
    states.indexOf(a.state) - states.indexOf(b.state) ||
    evidenceLevels.indexOf(a.level) - evidenceLevels.indexOf(b.level)
  );
}

/** A verdict for what could not be looked at. */
export function unknownUsage(because: string): Usage {
  return {
    state: "unknown",
    level: "none",
    by: [],
    firstSeen: null,
    lastSeen: null,
    coverage: "none",
    coverageReasons: [because],
    evidence: [],
    because,
  };
}

/**
 * One verdict for the replicas of a workload. **Order**: that of `usages` only matters between
 * equally strong ones. **Shape**: at most 12 pieces of evidence, those of the strongest first.
 */
export function mergeUsages(usages: readonly Usage[]): Usage {
  const [strongest, ...others] = [...usages].sort(compareUsage);
  if (strongest === undefined) return unknownUsage("no container of the workload was judged");
  if (others.length === 0) return strongest;
  const all = [strongest, ...others];
  const coverage = grades.find((grade) => all.some((one) => one.coverage === grade)) ?? "none";
  const evidence = [...new Set(all.flatMap((one) => one.evidence))].slice(0, evidenceCountMax);
  return {
    state: strongest.state,
    level: strongest.level,
    by: [...new Set(all.flatMap((one) => one.by))],
    firstSeen: first(all.map((one) => one.firstSeen)),
    lastSeen: last(all.map((one) => one.lastSeen)),
    coverage,
    coverageReasons: [...new Set(all.flatMap((one) => one.coverageReasons))].sort(compareText),
    evidence,
    because: explainReplicas(strongest, all),
  };
}

function explainReplicas(strongest: Usage, all: readonly Usage[]): string {
  const count = all.filter((one) => one.state === strongest.state).length;
  if (count === all.length) return `${strongest.because} (in all ${count} containers)`;
  return `${strongest.because} (in ${count} of ${all.length} containers)`;
}

// ISO 8601 of one length in UTC: the order of texts is the order of times.
function first(times: readonly (string | null)[]): string | null {
  return times.filter((time) => time !== null).sort(compareText)[0] ?? null;
}

function last(times: readonly (string | null)[]): string | null {
  return (
    times
      .filter((time) => time !== null)
      .sort(compareText)
      .at(-1) ?? null
  );
}
