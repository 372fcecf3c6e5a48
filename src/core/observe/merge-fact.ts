/**
 * Holds the merge of facts of one key, whatever their kind.
 * In: what is kept, what came. Out: one fact a key. The rules are those of `merge-facts.ts`.
 */
import type { Fact } from "./fact.ts";
import { factKey } from "./fact-key.ts";
import { mergeProcesses, mergeSignals, mergeSteps } from "./merge-detect-facts.ts";
import {
  mergeContainers,
  mergeCoverage,
  mergeFileUses,
  mergeFlows,
  mergeListens,
  mergeLosses,
  mergePrivileges,
} from "./merge-facts.ts";
import { mergeProfiles } from "./profile/merge-profile-facts.ts";

/** Both must be of one key. */
export function mergeFact(a: Fact, b: Fact): Fact {
  if (a.kind === "container" && b.kind === "container") return mergeContainers(a, b);
  if (a.kind === "file-use" && b.kind === "file-use") return mergeFileUses(a, b);
  if (a.kind === "privilege" && b.kind === "privilege") return mergePrivileges(a, b);
  if (a.kind === "flow" && b.kind === "flow") return mergeFlows(a, b);
  if (a.kind === "listen" && b.kind === "listen") return mergeListens(a, b);
  if (a.kind === "coverage" && b.kind === "coverage") return mergeCoverage(a, b);
  if (a.kind === "loss" && b.kind === "loss") return mergeLosses(a, b);
  if (a.kind === "signal" && b.kind === "signal") return mergeSignals(a, b);
  if (a.kind === "process" && b.kind === "process") return mergeProcesses(a, b);
  if (a.kind === "step" && b.kind === "step") return mergeSteps(a, b);
  if (a.kind === "profile" && b.kind === "profile") return mergeProfiles(a, b);
  throw new Error("the kind is the first part of a key: facts of one key are of one kind");
}

/** By key: folds may tell one in several facts. **Order**: as each came first. */
export function mergeByKey(facts: readonly Fact[]): ReadonlyMap<string, Fact> {
  const byKey = new Map<string, Fact>();
  for (const fact of facts) {
    const key = factKey(fact);
    const known = byKey.get(key);
    byKey.set(key, known === undefined ? fact : mergeFact(known, fact));
  }
  return byKey;
}
