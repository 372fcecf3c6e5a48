/**
 * Holds one statement that a workload has a role, and how several become one verdict a role.
 * In: claims. Out: verdicts, the surest first.
 */
import type { RoleName, RoleVerdict } from "./workload-context.ts";

export interface RoleClaim {
  readonly role: RoleName;
  readonly confidence: "high" | "medium" | "low";
  readonly because: readonly string[];
  readonly evidence: readonly string[];
}

const confidences = ["high", "medium", "low"] as const;
const limits = { because: 4, evidence: 6 };

/** **Order**: by confidence, then as claimed. */
export function bestByRole(claims: readonly RoleClaim[]): readonly RoleVerdict[] {
  const rank = ({ confidence }: RoleClaim) => confidences.indexOf(confidence);
  const sorted = [...claims].sort((a, b) => rank(a) - rank(b));
  const groups = Map.groupBy(sorted, ({ role }) => role);
  return [...groups].map(([role, same]) => ({
    role,
    confidence: same[0]?.confidence ?? "low",
    because: [...new Set(same.flatMap(({ because }) => because))].slice(0, limits.because),
    evidence: [...new Set(same.flatMap(({ evidence }) => evidence))].slice(0, limits.evidence),
  }));
}
