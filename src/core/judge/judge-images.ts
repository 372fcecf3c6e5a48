/**
 * Holds how containers and their inventory become judged images: usage of every package, privileges
 * and coverage of every container, replicas of one workload merged.
 * In: joins, facts, scans. Out: judged images, package verdicts, coverage summaries.
 * Must never leave out a container or a scan: what found no partner is listed as unknown.
 */
import { compareText } from "../event/compare-text.ts";
import type { ProblemLog } from "../event/problem.ts";
import type { Scan } from "../inventory/image.ts";
import type { FactSet } from "../observe/fact-set.ts";
import type { EvidenceBook } from "./evidence-book.ts";
import { gatherPrivileges } from "./gather-privileges.ts";
import type { ImageJoin } from "./join-images.ts";
import { type JudgedContainer, judgeContainer } from "./judge-container.ts";
import type { JudgedImage } from "./judged-image.ts";
import { listUnobserved } from "./list-unobserved.ts";
import { mergeReplicas } from "./merge-replicas.ts";
import { workloadKey } from "./workload-key.ts";

export interface JudgeImagesOptions {
  readonly facts: FactSet;
  readonly joins: readonly ImageJoin[];
  readonly scans: readonly Scan[];
  readonly minimumWindowUs: number;
  readonly evidence: EvidenceBook;
  readonly problems: ProblemLog;
}

export interface JudgedImages {
  readonly images: readonly JudgedImage[];
  readonly containers: readonly JudgedContainer[];
}

/** **Order**: by workload, then image; containers by id. Evidence ids follow that order. */
export function judgeImages(options: JudgeImagesOptions): JudgedImages {
  const joins = [...options.joins].sort(compareJoins);
  const judge = judgeContainer(options);
  const containers = joins.map((join) => judge(join, gatherPrivileges(join, options.facts)));
  const groups = Map.groupBy(containers, ({ join: { workload, image } }) =>
    JSON.stringify([workloadKey(workload), image.digest === "" ? image.reference : image.digest]),
  );
  const observed = [...groups.values()].map(mergeReplicas);
  return { images: [...observed, ...listUnobserved(options)], containers };
}

function compareJoins(a: ImageJoin, b: ImageJoin): number {
  return (
    compareText(workloadKey(a.workload), workloadKey(b.workload)) ||
    compareText(a.image.reference, b.image.reference) ||
    compareText(a.image.digest, b.image.digest) ||
    compareText(a.container.container, b.container.container)
  );
}
