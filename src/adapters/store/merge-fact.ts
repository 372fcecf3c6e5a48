/**
 * Holds the merge of two facts of one key, whatever their kind.
 * In: what is kept, what came. Out: one fact. The rules are those of `merge-facts.ts`.
 */
import assert from "node:assert/strict";
import type { Fact } from "../../core/observe/fact.ts";
import { mergeProcesses, mergeSignals, mergeSteps } from "../../core/observe/merge-detect-facts.ts";
import {
  mergeContainers,
  mergeCoverage,
  mergeFileUses,
  mergeFlows,
  mergeListens,
  mergeLosses,
  mergePrivileges,
} from "../../core/observe/merge-facts.ts";

/** A process whose end was not seen may be above what happens now, for a year. */
const unendedUs = 365 * 86_400_000_000;

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
  assert.fail("the kind is the first part of a key: facts of one key are of one kind");
}

/** The container that a fact goes with; "" for what is of a node. */
export function containerOf(fact: Fact): string {
  return fact.kind === "coverage" ? "" : fact.container;
}

/** **Unit**: microseconds since 1970: until when it speaks. */
export function lastSeenOf(fact: Fact): number {
  if (fact.kind === "process") return fact.exitUs > 0 ? fact.exitUs : fact.startUs + unendedUs;
  return fact.kind === "coverage" || fact.kind === "loss" ? fact.untilUs : fact.lastSeenUs;
}
