/**
 * Holds the way from judged images to findings in order, upgrades and funnel.
 * In: judged images. Out: what a report lists. Every match of every image is in one finding.
 * Must give the same for images in any order.
 */
import { buildFindings, type FindingSettings } from "./build-findings.ts";
import { countFunnel } from "./count-funnel.ts";
import type { Action } from "./decide/action.ts";
import { planActions } from "./decide/plan-actions.ts";
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

/** **Cost**: linear in matches, but for sorting. */
export function judgeFindings(
  images: readonly JudgedImage[],
  settings: FindingSettings & RankingSettings,
): JudgedFindings {
  const ranked = rankFindings(buildFindings(images, settings), settings);
  const { findings, upgrades } = groupUpgrades(ranked);
  const plan = planActions(findings);
  return {
    findings: findings.map(({ finding }) => finding),
    upgrades,
    actions: plan.actions,
    funnel: countFunnel(findings, settings.criticalSeverities, plan),
  };
}
