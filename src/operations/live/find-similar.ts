/**
 * Holds which past findings are like one.
 * In: a finding, all that are tracked. Out: the most alike first, with what is equal.
 * Must never guess by wording: only keys that are equal count.
 */
import { compareText } from "../../core/event/compare-text.ts";
import type { FindingState, TrackedFinding } from "../../core/judge/change/finding-change.ts";

export interface Similar {
  readonly finding: TrackedFinding;
  /** **Order**: by weight. */
  readonly matched: readonly string[];
  /** Something was done about it. */
  readonly isAnswered: boolean;
}

const answered: readonly FindingState[] = ["fixed", "fixed-in-image", "retracted", "suppressed"];

/**
 * **Order**: the same vulnerability, then the same package, then the same workload; of equals those
 * about which something was done, then the latest.
 */
export function findSimilar(
  finding: TrackedFinding,
  tracked: readonly TrackedFinding[],
): readonly Similar[] {
  const ids = new Set([finding.vulnerability, ...finding.aliases]);
  const scored = tracked.flatMap((one) => {
    if (one.id === finding.id) return [];
    const isAnswered = answered.includes(one.state);
    const isSameFlaw = [one.vulnerability, ...one.aliases].some((id) => ids.has(id));
    const isSamePackage =
      one.package === finding.package && one.packageType === finding.packageType;
    const isSameWorkload = one.workload === finding.workload;
    // What else is open in the same place teaches nothing.
    if (!isSameFlaw && !isSamePackage && !(isSameWorkload && isAnswered)) return [];
    const matched = [
      ...(isSameFlaw ? ["the same vulnerability"] : []),
      ...(isSamePackage ? ["the same package"] : []),
      ...(isSameWorkload ? ["the same workload"] : []),
    ];
    const weight = Number(isSameFlaw) * 4 + Number(isSamePackage) * 2 + Number(isSameWorkload);
    return [{ finding: one, matched, weight, isAnswered }];
  });
  scored.sort(
    (a, b) =>
      b.weight - a.weight ||
      Number(b.isAnswered) - Number(a.isAnswered) ||
      b.finding.changedUs - a.finding.changedUs ||
      compareText(a.finding.id, b.finding.id),
  );
  return scored.map(({ weight: _, ...one }) => one);
}
