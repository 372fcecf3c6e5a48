/**
 * Holds how one container is judged: what could be seen of it, what it used, what it may do.
 * In: its join and privileges. Out: usage of each package of its image, and a coverage summary.
 * Must never judge without coverage: every verdict of absence is gated by it.
 */
import { formatTime } from "../event/format-time.ts";
import type { ProblemLog } from "../event/problem.ts";
import { isHostKey } from "../observe/container-key.ts";
import type { PrivilegeFact } from "../observe/fact.ts";
import type { FactSet } from "../observe/fact-set.ts";
import type { EvidenceBook } from "./evidence-book.ts";
import type { ImageJoin } from "./join-images.ts";
import { type ContainerCoverage, createContainerCoverage } from "./judge-coverage.ts";
import { judgePrivileges, type PrivilegeContradiction } from "./judge-privileges.ts";
import { judgeUsage } from "./judge-usage.ts";
import { createSbomIndex } from "./sbom-index.ts";
import type { CoverageGrade, CoverageSummary, Privilege, Usage } from "./verdict.ts";

export interface JudgedContainer {
  readonly join: ImageJoin;
  readonly usages: ReadonlyMap<string, Usage>;
  /** Packages whose listed files hold nothing that could be used. */
  readonly blanks: ReadonlySet<string>;
  readonly privileges: readonly Privilege[];
  readonly privileged: boolean;
  /** Rights that objects declare and the kernel does not show, and the other way around. */
  readonly contradictions: readonly PrivilegeContradiction[];
  readonly observedUs: number;
  readonly summary: CoverageSummary;
}

export interface JudgeContainerOptions {
  readonly facts: FactSet;
  readonly minimumWindowUs: number;
  readonly evidence: EvidenceBook;
  readonly problems: ProblemLog;
}

/** Gives a function that judges one container; owners are indexed once per SBOM. */
export function judgeContainer(
  options: JudgeContainerOptions,
): (join: ImageJoin, privilegeFacts: readonly PrivilegeFact[]) => JudgedContainer {
  const { facts, evidence, minimumWindowUs, problems } = options;
  const index = createSbomIndex();
  return (join, privilegeFacts) => {
    const { container, sbom } = join;
    const coverage = createContainerCoverage({
      container,
      coverage: facts.coverage,
      losses: facts.losses,
      minimumWindowUs,
    });
    const { privileges, privileged, contradictions } = judgePrivileges(privilegeFacts, evidence);
    for (const { declared, observed } of contradictions) {
      const message = `${JSON.stringify(join.workload.name)}: ${declared}, but ${observed}`;
      const place = { input: join.identity?.input ?? "", offset: -1, line: 0 };
      problems.add({ code: "privilege-contradiction", weight: "doubtful", message, place });
    }
    const indexed = sbom === undefined ? undefined : index(sbom);
    const uses = facts.fileUses(container.container);
    const isHost = isHostKey(container.container);
    const mountPaths = join.identity?.mountPaths ?? [];
    const usages =
      sbom === undefined || indexed === undefined
        ? new Map<string, Usage>()
        : judgeUsage({
            sbom,
            owners: indexed.owners,
            uses,
            coverage,
            evidence,
            mountPaths,
            isHost,
          });
    const blanks = indexed?.blanks ?? new Set<string>();
    const summary = summarize({ join, coverage, usages, privileges });
    const observedUs = Math.max(0, coverage.untilUs - container.firstSeenUs);
    const rights = { privileges, privileged, contradictions };
    return { join, usages, blanks, ...rights, observedUs, summary };
  };
}

interface SummaryParts {
  readonly join: ImageJoin;
  readonly coverage: ContainerCoverage;
  readonly usages: ReadonlyMap<string, Usage>;
  readonly privileges: readonly Privilege[];
}

function summarize({ join, coverage, usages, privileges }: SummaryParts): CoverageSummary {
  const { container } = join;
  const grades: Record<CoverageGrade, number> = { none: 0, partial: 0, good: 0 };
  for (const usage of usages.values()) grades[usage.coverage] += 1;
  return {
    workload: join.workload,
    containerId: container.containerId === "" ? container.container : container.containerId,
    node: container.node,
    image: join.image,
    joinedBy: join.by,
    sbom: join.sbom?.input ?? "",
    scan: join.scan?.input ?? "",
    observedFrom: formatTime(container.firstSeenUs),
    observedUntil: formatTime(coverage.untilUs),
    fromStart: container.fromStart,
    sensors: coverage.sensors.map((sensor) => ({
      sensor: sensor.sensor,
      policy: sensor.policy,
      basis: sensor.basis,
      pathPrefixes: sensor.pathPrefixes,
      limits: sensor.limits,
      since: formatTime(sensor.sinceUs),
      until: formatTime(sensor.untilUs),
      eventCount: sensor.eventCount,
    })),
    losses: coverage.losses.map(({ reason, count, detail }) => ({ reason, count, detail })),
    grades,
    privileges,
  };
}
