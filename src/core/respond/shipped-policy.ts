/**
 * Holds what is told of each policy that waggle ships: what for, at which cost, and its limits.
 * In: nothing. Out: types only; the policies are in `watch-use.ts`, `watch-network.ts`,
 * `watch-rights.ts` and `watch-attacks.ts`.
 */
import type { PolicyDocument } from "./policy-document.ts";

/**
 * `use`: which packages are used. `flows`: who talks to whom. `rights`: privileges and credentials.
 * `attacks`: what detection asks for.
 */
export const policyGroups = ["use", "flows", "rights", "attacks"] as const;
export type PolicyGroup = (typeof policyGroups)[number];

export interface ShippedPolicy {
  readonly policy: PolicyDocument;
  readonly group: PolicyGroup;
  /** Half a sentence: what it shows. */
  readonly shows: string;
  /** Which folds and facts it feeds. */
  readonly feeds: string;
  /** What of its cost (`measured-costs.ts`) is not measured; "" when all of it is. */
  readonly costNote: string;
  /** Oldest kernel on which all of it works. */
  readonly kernel: string;
  readonly blindSpots: readonly string[];
  /** Loaded when nobody names a set. */
  readonly isDefault: boolean;
}
