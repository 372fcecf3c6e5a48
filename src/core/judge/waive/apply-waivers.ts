/**
 * Holds how decisions that people signed are put to findings.
 * In: findings, decisions, the time of the report. Out: the same findings in the same order, those
 * that a decision speaks of marked with it; problems for what did not apply.
 * Must never change a rank, drop a finding, or let a decision outlive its date.
 */
import type { ProblemLog } from "../../event/problem.ts";
import { quoteName } from "../quote-name.ts";
import type { Finding, Upgrade } from "../verdict.ts";
import { scopeOf } from "./match-decision.ts";
import type { SignedDecision, Waiver } from "./waiver.ts";

/** What people signed, and which time it is held against. */
export interface Signed {
  /** Of several that speak of one finding the first in force counts. */
  readonly decisions: readonly SignedDecision[];
  /** **Unit**: microseconds; 0 when nothing says which time the report speaks of. */
  readonly nowUs: number;
  /** File that the decisions stand in. */
  readonly input: string;
}

export interface WaiveOptions extends Signed {
  readonly findings: readonly Finding[];
  readonly upgrades: readonly Upgrade[];
  readonly problems: ProblemLog;
}

/** **Cost**: linear in findings, and in decisions times the findings of their vulnerability. */
export function applyWaivers(options: WaiveOptions): readonly Finding[] {
  const { findings, upgrades, decisions } = options;
  if (decisions.length === 0) return findings;
  const sources = new Map(upgrades.map((one) => [one.id, one.package]));
  const byVulnerability = indexFindings(findings);
  const waivers = new Map<Finding, Waiver>();
  for (const decision of decisions) {
    if (!isInForce(decision, options)) continue;
    const candidates = byVulnerability.get(decision.vulnerability.toLowerCase()) ?? [];
    let covered = 0;
    let partly = 0;
    for (const finding of candidates) {
      const scope = scopeOf(decision, finding, sources.get(finding.upgrade) ?? "");
      if (scope === "part") partly += 1;
      if (scope !== "whole") continue;
      covered += 1;
      if (!waivers.has(finding)) waivers.set(finding, waiverOf(decision));
    }
    if (covered === 0) tellUnmatched(decision, partly, options);
  }
  return findings.map((finding) => ({ ...finding, waiver: waivers.get(finding) ?? null }));
}

function indexFindings(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const index = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { id, aliases } = finding.vulnerability;
    for (const name of new Set([id, ...aliases].map((one) => one.toLowerCase()))) {
      const known = index.get(name) ?? [];
      known.push(finding);
      index.set(name, known);
    }
  }
  return index;
}

function isInForce(decision: SignedDecision, { nowUs, input, problems }: WaiveOptions): boolean {
  const place = { input, offset: -1, line: 0 };
  const weight = "doubtful";
  if (nowUs <= 0) {
    const why = "no event has a time, so its date cannot be checked and it is not applied";
    const message = `${nameDecision(decision)}: ${why}; say when it is with --now`;
    problems.add({ code: "decision-undated", weight, place, message: `${message}.` });
    return false;
  }
  if (nowUs < decision.endUs) return true;
  const message =
    `${nameDecision(decision)} ended with ${quoteName(decision.until)} and is no longer applied; ` +
    "look at it again, then renew or remove it.";
  problems.add({ code: "decision-expired", weight, place, message });
  return false;
}

function tellUnmatched(decision: SignedDecision, partly: number, options: WaiveOptions): void {
  const place = { input: options.input, offset: -1, line: 0 };
  const about = nameDecision(decision);
  const message =
    partly > 0
      ? `${about} names only some of the packages that a finding stands for, and is not ` +
        "applied; name the source package, as the list of upgrades does."
      : `${about} speaks of no finding; remove it, or mend its names.`;
  const code = partly > 0 ? "decision-too-narrow" : "decision-unmatched";
  options.problems.add({ code, weight: "notice", place, message });
}

function nameDecision(decision: SignedDecision): string {
  const { vulnerability, by } = decision;
  const scope = [decision.package, decision.workload, decision.image].filter((one) => one !== "");
  const where = scope.length === 0 ? "" : ` (${scope.map(quoteName).join(", ")})`;
  return `the decision of ${quoteName(by)} on ${quoteName(vulnerability)}${where}`;
}

function waiverOf({ status, justification, reason, by, until }: SignedDecision): Waiver {
  return { status, justification, reason, by, until };
}
