/**
 * Holds the plan: the fewest actions that remove the most.
 * In: decided findings, upgrades, contexts. Out: actions in order.
 */
import type { DraftFinding } from "../build-findings.ts";
import type { Upgrade } from "../verdict.ts";
import type { Action } from "./action.ts";

/** PLACEHOLDER on the integration branch: the owner of `decide/` replaces it. */
export function planActions(
  _findings: readonly DraftFinding[],
  _upgrades: readonly Upgrade[],
): readonly Action[] {
  return [];
}
