/**
 * Holds the whole judgement: joins, coverage, usage, privileges, findings, upgrades, funnel.
 * In: facts, identities, SBOMs, scans. Out: everything a report says.
 * Must give the same result for the same input in any order, and never read a clock.
 */
import type { ProblemLog } from "../event/problem.ts";
import type { ContainerIdentity, Sbom, Scan, Severity } from "../inventory/image.ts";
import type { FactSet } from "../observe/fact-set.ts";
import type { ClusterView } from "./cluster/cluster-view.ts";
import {
  attachContexts,
  type JudgedContext,
  judgeContext,
  type Pins,
} from "./context/judge-context.ts";
import { EvidenceBook } from "./evidence-book.ts";
import { joinImages } from "./join-images.ts";
import { type JudgedFindings, judgeFindings } from "./judge-findings.ts";
import { judgeImages } from "./judge-images.ts";
import { listHosts } from "./list-hosts.ts";
import { listVerdicts } from "./list-verdicts.ts";
import type { CoverageSummary, Evidence, PackageVerdict } from "./verdict.ts";

export interface JudgeSettings {
  /** **Unit**: microseconds. Watching a container for less never gives good coverage. */
  readonly minimumWindowUs: number;
  /** **Unit**: microseconds. "Not observed" for less never lowers a rank. */
  readonly loweringWindowUs: number;
  /** Severities that count as critical in the funnel. */
  readonly criticalSeverities: readonly Severity[];
}

const minuteUs = 60_000_000;

/**
 * Two windows, because they answer two questions. Five minutes is past the start of most programs,
 * enough to *say* what was not observed. Lazy loading and nightly jobs need a day before that may
 * *lower* anything.
 */
export const defaultSettings: JudgeSettings = {
  minimumWindowUs: 5 * minuteUs,
  loweringWindowUs: 24 * 60 * minuteUs,
  criticalSeverities: ["Critical"],
};

export interface JudgeOptions {
  readonly facts: FactSet;
  readonly identities: readonly ContainerIdentity[];
  readonly sboms: readonly Sbom[];
  readonly scans: readonly Scan[];
  /** Images named by the user for a container: `NAME=FILE`. */
  readonly byHand: readonly { readonly name: string; readonly input: string }[];
  /** Names of the inputs, at the index that events carry. */
  readonly inputNames: readonly string[];
  readonly settings: JudgeSettings;
  /** Answers from the objects of the cluster; without objects it knows nothing. */
  readonly cluster: ClusterView;
  /** What a person says of addresses and workloads in the configuration. */
  readonly pins: Pins;
  readonly problems: ProblemLog;
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
  const { facts, identities, sboms, scans, byHand, settings, problems } = options;
  const names = byHand.map(({ name }) => name);
  const containers = [...facts.containers, ...listHosts(facts.coverage, names)];
  const joins = joinImages({ containers, identities, sboms, scans, byHand, problems });
  const evidence = new EvidenceBook(options.inputNames);
  const { minimumWindowUs } = settings;
  const judged = judgeImages({ facts, joins, scans, minimumWindowUs, evidence, problems });
  const { cluster, pins } = options;
  const { containers: judgedContainers } = judged;
  const context = judgeContext({ facts, containers: judgedContainers, cluster, pins, evidence });
  const images = attachContexts(judged.images, context.workloads);
  return {
    ...judgeFindings(images, settings),
    ...context,
    packages: listVerdicts(images),
    coverage: judgedContainers.map(({ summary }) => summary),
    evidence: evidence.all(),
    images,
  };
}
