/**
 * Holds the whole judgement: joins, coverage, usage, privileges, findings, upgrades, funnel.
 * In: facts, identities, SBOMs, scans. Out: everything a report says.
 * Must give the same result for the same input in any order, and never read a clock.
 */
import { attachContexts, type JudgedContext } from "./context/judge-context.ts";
import type { JudgeSettings } from "./default-settings.ts";
import { type JudgedFindings, judgeFindings } from "./judge-findings.ts";
import { judgePlaces, type PlaceOptions } from "./judge-places.ts";
import { listVerdicts } from "./list-verdicts.ts";
import type { CoverageSummary, Evidence, PackageVerdict } from "./verdict.ts";

export interface JudgeOptions extends PlaceOptions {
  readonly settings: JudgeSettings;
}

export interface Judgement extends JudgedFindings, JudgedContext {
  /** **Order**: by workload, image, then package. */
  readonly packages: readonly PackageVerdict[];
  /** **Order**: by workload, image, container. */
  readonly coverage: readonly CoverageSummary[];
  readonly evidence: Readonly<Record<string, Evidence>>;
  /** What findings are made of, to decide them again; no part of a report. */
  readonly images: Parameters<typeof judgeFindings>[0];
}

/** **Cost**: linear in packages, matches and file facts, but for sorting. */
export function judge(options: JudgeOptions): Judgement {
  const { context, evidence, containers, images: judged } = judgePlaces(options);
  const images = attachContexts(judged, context.workloads);
  return {
    ...judgeFindings(images, options.settings),
    ...context,
    packages: listVerdicts(images),
    coverage: containers.map(({ summary }) => summary),
    evidence: evidence.all(),
    images,
  };
}
