/**
 * Holds the verdict on each package of an image in one container: in use, not observed, unknown.
 * In: the SBOM's owners, uses of files, coverage. Out: a `Usage` for every package.
 * Must never say "not observed" unless coverage of all the package's files is good.
 */
import { compareText } from "../event/compare-text.ts";
import { absolutePath, pathBelow } from "../inventory/container-path.ts";
import type { Sbom } from "../inventory/image.ts";
import type { FileUseFact } from "../observe/fact.ts";
import type { EvidenceBook } from "./evidence-book.ts";
import type { FileOwners } from "./file-owners.ts";
import { gatherUses } from "./gather-uses.ts";
import type { ContainerCoverage } from "./judge-coverage.ts";
import { createTally } from "./usage-tally.ts";
import { createVerdict } from "./usage-verdict.ts";
import type { Usage } from "./verdict.ts";

export interface JudgeUsageOptions {
  readonly sbom: Sbom;
  readonly owners: FileOwners;
  /** Of one container. */
  readonly uses: readonly FileUseFact[];
  readonly coverage: ContainerCoverage;
  readonly evidence: EvidenceBook;
  /** Paths in the container where something else is mounted: not the image's files. */
  readonly mountPaths?: readonly string[];
  /** Judged are the processes of a node itself, which runs the kernel of its packages. */
  readonly isHost?: boolean;
}

/** **Shape**: one entry per package id. **Order**: of the SBOM; that of `uses` does not matter. */
export function judgeUsage(options: JudgeUsageOptions): ReadonlyMap<string, Usage> {
  const { sbom, owners, coverage, evidence, isHost = false } = options;
  const uses = withoutMounts(options.uses, options.mountPaths ?? []).sort(compareUses);
  const tallies = gatherUses({ owners, uses, coverage });
  const verdicts = new Map<string, Usage>();
  for (const one of sbom.packages) {
    const tally = tallies.get(one) ?? createTally();
    verdicts.set(one.id, createVerdict({ one, tally, owners, coverage, evidence, isHost }));
  }
  return verdicts;
}

function withoutMounts(uses: readonly FileUseFact[], mountPaths: readonly string[]): FileUseFact[] {
  const mounts = mountPaths.map(absolutePath).filter((path) => path !== "" && path !== "/");
  return uses.filter(({ path }) => mounts.every((mount) => pathBelow(path, mount) === undefined));
}

function compareUses(a: FileUseFact, b: FileUseFact): number {
  return (
    compareText(a.path, b.path) ||
    compareText(a.how, b.how) ||
    compareText(a.actor, b.actor) ||
    compareText(a.origin, b.origin)
  );
}
