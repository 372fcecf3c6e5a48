/**
 * Holds the judgement of where things run: joins, use, privileges, and each workload's place.
 * In: facts, identities, SBOMs, scans. Out: judged images and containers, contexts of workloads.
 * Must never need findings: a daemon asks this often, and of findings only reports speak.
 */
import type { ProblemLog } from "../event/problem.ts";
import type { ContainerIdentity, Sbom, Scan } from "../inventory/image.ts";
import type { FactSet } from "../observe/fact-set.ts";
import type { ClusterView } from "./cluster/cluster-view.ts";
import { type JudgedContext, judgeContext, type Pins } from "./context/judge-context.ts";
import { defaultSettings, type JudgeSettings } from "./default-settings.ts";
import { EvidenceBook } from "./evidence-book.ts";
import { joinImages } from "./join-images.ts";
import { judgeImages } from "./judge-images.ts";
import { listHosts } from "./list-hosts.ts";

export interface PlaceOptions {
  readonly facts: FactSet;
  readonly identities: readonly ContainerIdentity[];
  readonly sboms: readonly Sbom[];
  readonly scans: readonly Scan[];
  /** Images named by the user for a container: `NAME=FILE`. */
  readonly byHand: readonly { readonly name: string; readonly input: string }[];
  /** Names of the inputs, at the index that events carry. */
  readonly inputNames: readonly string[];
  /** The usual ones when left out. */
  readonly settings?: Pick<JudgeSettings, "minimumWindowUs">;
  /** Answers from the objects of the cluster; without objects it knows nothing. */
  readonly cluster: ClusterView;
  /** What a person says of addresses and workloads in the configuration. */
  readonly pins: Pins;
  readonly problems: ProblemLog;
}

export interface JudgedPlaces extends ReturnType<typeof judgeImages> {
  readonly context: JudgedContext;
  readonly evidence: EvidenceBook;
}

/** **Cost**: linear in packages and file facts, but for sorting. */
export function judgePlaces(options: PlaceOptions): JudgedPlaces {
  const { facts, identities, sboms, scans, byHand, settings, problems } = options;
  const names = byHand.map(({ name }) => name);
  const containers = [...facts.containers, ...listHosts(facts.coverage, names)];
  const joins = joinImages({ containers, identities, sboms, scans, byHand, problems });
  const evidence = new EvidenceBook(options.inputNames);
  const { minimumWindowUs } = settings ?? defaultSettings;
  const judged = judgeImages({ facts, joins, scans, minimumWindowUs, evidence, problems });
  const { cluster, pins } = options;
  const context = judgeContext({
    ...{ facts, containers: judged.containers, cluster, pins, evidence },
  });
  return { ...judged, context, evidence };
}
