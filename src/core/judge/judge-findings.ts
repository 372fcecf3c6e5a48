/**
 * Holds the way from judged images to findings in order, upgrades and funnel.
 * In: judged images. Out: what a report lists. Every match of every image is in one finding.
 * Must give the same for images in any order.
 */
import { buildFindings, type DraftFinding, type FindingSettings } from "./build-findings.ts";
import { countFunnel } from "./count-funnel.ts";
import type { Action } from "./decide/action.ts";
import { decideByInputs } from "./decide/decide-finding.ts";
import { planActions } from "./decide/plan-actions.ts";
import type { IncidentScale } from "./decide/weigh-incidents.ts";
import { groupUpgrades } from "./group-upgrades.ts";
import type { JudgedImage } from "./judged-image.ts";
import { type RankingSettings, rankFindings } from "./rank-findings.ts";
import type { Finding, Funnel, Upgrade } from "./verdict.ts";

export interface JudgedFindings {
  /** **Order**: by rank. */
  readonly findings: readonly Finding[];
  /** **Order**: by rank. */
  readonly upgrades: readonly Upgrade[];
  /** **Order**: by rank. */
  readonly actions: readonly Action[];
  readonly funnel: Funnel;
}

/** **Cost**: linear in matches, but for sorting. `weigh`: what open incidents weigh, if any. */
export function judgeFindings(
  images: readonly JudgedImage[],
  settings: FindingSettings & RankingSettings,
  weigh: IncidentScale["weigh"] = () => undefined,
): JudgedFindings {
  const drafts = buildFindings(images, settings).map((draft) => decideAgain(draft, weigh));
  const ranked = rankFindings(drafts, settings);
  const { findings, upgrades } = groupUpgrades(ranked);
  const plan = planActions(findings);
  return {
    findings: findings.map(({ finding }) => finding),
    upgrades,
    actions: plan.actions,
    funnel: countFunnel(findings, settings.criticalSeverities, plan),
  };
}

/** Incidents name findings by ids that are known only when all are built. */
function decideAgain(draft: DraftFinding, weigh: IncidentScale["weigh"]): DraftFinding {
  const { finding } = draft;
  const incident = weigh(finding);
  if (incident === undefined) return draft;
  const facts = { ...draft.facts, incident };
  const decision = decideByInputs(finding.decision.inputs, facts);
  return { ...draft, facts, finding: { ...finding, decision } };
}
