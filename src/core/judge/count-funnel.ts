/**
 * Holds the funnel: how many matches, findings, vulnerabilities and upgrades each stage leaves.
 * In: findings with their upgrades. Out: counts, each stage a part of the one before, and what each
 * stage asks in words. Must never count an unknown use as in use or as unused.
 */
import type { Severity } from "../inventory/image.ts";
import type { DraftFinding } from "./build-findings.ts";
import { isAssumed } from "./decide/candidate.ts";
import type { Plan } from "./decide/plan-actions.ts";
import type { Funnel, FunnelStage } from "./verdict.ts";

/** **Order**: that of the input does not matter. */
export function countFunnel(
  drafts: readonly DraftFinding[],
  criticalSeverities: readonly Severity[],
  plan: Plan,
): Funnel {
  const critical = drafts.filter(({ finding }) => finding.critical);
  const fixable = critical.filter(({ finding }) => finding.fixable);
  const privileged = fixable.filter(({ finding }) => finding.privileged);
  const inUse = privileged.filter(({ finding }) => finding.inUse);
  const actNow = drafts.filter(({ finding }) => finding.decision.name === "act-now");
  const stages = {
    all: countStage(drafts),
    critical: countStage(critical),
    fixable: countStage(fixable),
    privileged: countStage(privileged),
    inUse: { ...countStage(inUse), matches: countUses(inUse, "in-use") },
    actNow: countStage(actNow),
  };
  return {
    all: stages.all.matches,
    critical: stages.critical.matches,
    fixable: stages.fixable.matches,
    privileged: stages.privileged.matches,
    inUse: stages.inUse.matches,
    criticalFixableInUse: countUses(fixable, "in-use"),
    unknownUse: countUses(privileged, "unknown"),
    actNow: stages.actNow.matches,
    actNowAssumed: countStage(actNow.filter(isAssumed)).matches,
    actNowActions: plan.actions.filter(({ decision }) => decision === "act-now").length,
    actionsLeftOut: plan.leftOutCount,
    stages,
    definitions: defineStages(criticalSeverities),
  };
}

function countStage(drafts: readonly DraftFinding[]): FunnelStage {
  return {
    matches: drafts.reduce((count, { matchUses }) => count + matchUses.length, 0),
    findings: drafts.length,
    vulnerabilities: new Set(drafts.map(({ finding }) => finding.vulnerability.id)).size,
    upgrades: new Set(drafts.map(({ finding }) => finding.upgrade)).size,
  };
}

function countUses(drafts: readonly DraftFinding[], state: "in-use" | "unknown"): number {
  return drafts.reduce(
    (count, { matchUses }) => count + matchUses.filter((use) => use === state).length,
    0,
  );
}

function defineStages(criticalSeverities: readonly Severity[]): Readonly<Record<string, string>> {
  return {
    all:
      "Matches of the scanner: one vulnerability of one package in one image, counted once for " +
      "each workload that runs the image, and once for an image that nothing was seen to run.",
    critical:
      `Severity ${criticalSeverities.join(" or ")} (an unknown one goes by its CVSS score), or ` +
      "known to be exploited (CISA KEV).",
    fixable: "Of these: a version that fixes it exists.",
    privileged:
      "Of these: the workload was seen, or is declared, to run as root, with a capability beyond " +
      "the runtime's default set, as a privileged container, in a namespace of the host, or with " +
      "a sensitive host mount. Workloads that no event shows are not counted here.",
    inUse: "Of these: the workload's own processes were seen to use the package.",
    criticalFixableInUse: "Critical, fixable and in use, privileged or not.",
    unknownUse:
      "Critical, fixable and privileged, but whether the package is used could not be seen: " +
      "neither counted as in use nor ruled out.",
    actNow:
      "Of all, not of the stage before: the decision is to act now, by the published table of " +
      "known exploitation, exposure, automation and impact, and its modifiers (docs/decision.md).",
    actNowAssumed:
      "Of those to act on now: exposure, automation or impact was not known and the safer side " +
      "was taken.",
    actNowActions:
      "What to do now: one upgrade of one package of one image, one rebuild on a newer base, or " +
      "one mitigation where there is no fix.",
    actionsLeftOut: "Actions beyond what a plan holds, the least urgent.",
    upgrades: "One upgrade is one source package or library of one image.",
  };
}
