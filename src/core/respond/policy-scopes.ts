/**
 * Holds what a policy of ours will watch, as waggle itself reads it.
 * In: a policy. Out: its scopes, by the same reader that reads everybody's policies.
 */
import { ProblemLog } from "../event/problem.ts";
import { type PolicyScope, readTracingPolicy } from "../observe/tracing-policy.ts";
import type { PolicyDocument } from "./policy-document.ts";
import { policyObject } from "./render-policy.ts";

export function scopesOfPolicy(policy: PolicyDocument): readonly PolicyScope[] {
  return readTracingPolicy(policyObject(policy), policy.name, new ProblemLog());
}
