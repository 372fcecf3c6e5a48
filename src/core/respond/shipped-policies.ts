/**
 * Holds all policies that waggle ships.
 * In: nothing. Out: the list, and a choice of it by names. `policies/` and `docs/policies.md` are
 * written from here (`scripts/policies.ts`).
 */
import { policyGroups, type ShippedPolicy } from "./shipped-policy.ts";
import { attackPolicies } from "./watch-attacks.ts";
import { networkPolicies } from "./watch-network.ts";
import { rightsPolicies } from "./watch-rights.ts";
import { usePolicies } from "./watch-use.ts";

/** **Order**: as documents list them. */
export const shippedPolicies: readonly ShippedPolicy[] = [
  ...usePolicies,
  ...networkPolicies,
  ...rightsPolicies,
  ...attackPolicies,
];

export interface ShippedChoice {
  readonly chosen: readonly ShippedPolicy[];
  /** Names that mean none of them. */
  readonly unknown: readonly string[];
}

/** All that `chooseShipped` understands, but for names with their generation. */
export const setNames: readonly string[] = [
  ...["default", "all", "none"],
  ...policyGroups,
  ...shippedPolicies.map(({ policy }) => policy.purpose),
];

/** By `setNames`; an empty list is `default`. **Order**: of the list. */
export function chooseShipped(names: readonly string[]): ShippedChoice {
  const asked = names.length === 0 ? ["default"] : names;
  const means = ({ policy, group, isDefault }: ShippedPolicy, name: string): boolean =>
    name === "all" ||
    (name === "default" && isDefault) ||
    name === group ||
    name === policy.purpose ||
    name === policy.name;
  return {
    chosen: shippedPolicies.filter((one) => asked.some((name) => means(one, name))),
    unknown: asked.filter(
      (name) => name !== "none" && !shippedPolicies.some((one) => means(one, name)),
    ),
  };
}
