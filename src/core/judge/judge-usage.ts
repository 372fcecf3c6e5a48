/**
 * Holds the verdict on each package of an image in one container: in use, not observed, unknown.
 * In: the SBOM's owners, uses of files, coverage. Out: a `Usage` for every package.
 * Must never say "not observed" unless coverage of all the package's files is good, and never
 * count what probes, operators, scanners or installers did as the workload's own use.
 */

import { compareText } from "../event/compare-text.ts";
import type { Package, Sbom } from "../inventory/image.ts";
import { isHostKey } from "../observe/container-key.ts";
import type { FileUseFact } from "../observe/fact.ts";
import { readingsOf } from "./container-readings.ts";
import type { EvidenceBook } from "./evidence-book.ts";
import type { FileOwners } from "./file-owners.ts";
import type { ContainerCoverage } from "./judge-coverage.ts";
import { closeOverLibraries } from "./linked-libraries.ts";
import { addUse, createTally, type Tally } from "./usage-tally.ts";
import { createVerdict } from "./usage-verdict.ts";
import type { Usage } from "./verdict.ts";
import { partyOf, type Weight, weighUse } from "./weigh-use.ts";

export interface JudgeUsageOptions {
  readonly sbom: Sbom;
  readonly owners: FileOwners;
  /** Of one container. */
  readonly uses: readonly FileUseFact[];
  readonly coverage: ContainerCoverage;
  readonly evidence: EvidenceBook;
  /** Paths in the container where something else is mounted: not the image's files. */
  readonly mountPaths?: readonly string[];
}

/** **Shape**: one entry per package id. **Order**: of the SBOM; that of `uses` does not matter. */
export function judgeUsage(options: JudgeUsageOptions): ReadonlyMap<string, Usage> {
  const { sbom, owners, coverage, evidence } = options;
  const uses = withoutMounts(options.uses, options.mountPaths ?? []).sort(compareUses);
  const isHost = isHostKey(uses[0]?.container ?? "");
  const tallies = tallyUses({ owners, uses, coverage });
  tallyLinked(uses, owners, tallies);
  const verdicts = new Map<string, Usage>();
  for (const one of sbom.packages) {
    const tally = tallies.get(one) ?? createTally();
    verdicts.set(one.id, createVerdict({ one, tally, owners, coverage, evidence, isHost }));
  }
  return verdicts;
}

function withoutMounts(uses: readonly FileUseFact[], mountPaths: readonly string[]): FileUseFact[] {
  const mounts = mountPaths.filter((path) => path !== "" && path !== "/");
  const isMounted = (path: string) =>
    mounts.some((mount) => path === mount || path.startsWith(`${mount.replace(/\/$/, "")}/`));
  return uses.filter(({ path }) => !isMounted(path));
}

function compareUses(a: FileUseFact, b: FileUseFact): number {
  return (
    compareText(a.path, b.path) ||
    compareText(a.how, b.how) ||
    compareText(a.actor, b.actor) ||
    compareText(a.origin, b.origin)
  );
}

/** A second: when a sensor began is told by its first event. */
const slackUs = 1_000_000;

/** Whether a mapping of this file as code would have been seen, so that its lack says something. */
function watchesMapping(
  { path, lastSeenUs }: FileUseFact,
  { sensors }: ContainerCoverage,
): boolean {
  return sensors.some(
    ({ sensor, sinceUs, eventCount, limits, pathPrefixes }) =>
      sensor === "mmap" &&
      eventCount > 0 &&
      limits.length === 0 &&
      sinceUs <= lastSeenUs + slackUs &&
      pathPrefixes.some((prefix) => path.startsWith(prefix)),
  );
}

type Tallies = Map<Package, Tally>;

interface TallyParts {
  readonly owners: FileOwners;
  readonly uses: readonly FileUseFact[];
  readonly coverage: ContainerCoverage;
}

function tallyUses({ owners, uses, coverage }: TallyParts): Tallies {
  const tallies: Tallies = new Map();
  const { runtimes, isWideOpening } = readingsOf(uses, owners);
  for (const use of uses) {
    const found =
      use.how === "executed" ? owners.ownersOfProgram(use.path) : owners.ownersOf(use.path);
    if (found.length === 0) continue;
    const fileClass = owners.classOf(use.path);
    const isWide = isWideOpening(use.path);
    const hasMappings = watchesMapping(use, coverage);
    for (const owner of found) {
      const weighed = { use, owner, fileClass, runtimes, isWideOpening: isWide, hasMappings };
      const weight = weighUse(weighed);
      if (weight !== undefined) credit(tallies, owner.package, use, weight);
    }
  }
  return tallies;
}

function credit(tallies: Tallies, one: Package, use: FileUseFact, weight: Weight): void {
  const party = partyOf(use);
  const tally = tallies.get(one) ?? createTally();
  tallies.set(one, tally);
  if (party !== "tool") {
    addUse(tally, { use, weight, party, linkedPath: "" });
    return;
  }
  // An installer written in a scripting language runs itself by reading itself: not to be told
  // from what it installs.
  const isCode = weight.level === "runtime-read";
  const doubt: Weight = { level: "read", force: "doubt", reason: "installed-by-tool" };
  const other = { use, weight: isCode ? doubt : weight, linkedPath: "" };
  addUse(tally, { ...other, party: isCode ? "own" : "foreign" });
}

/** Libraries that programs of the workload import are loaded with them, seen or not. */
function tallyLinked(uses: readonly FileUseFact[], owners: FileOwners, tallies: Tallies): void {
  const roots = uses.filter(
    (use) =>
      (use.how === "executed" || use.how === "mapped") && !use.afterWrite && partyOf(use) === "own",
  );
  const weight: Weight = { level: "linked", force: "use", reason: "" };
  for (const { path, from } of closeOverLibraries(roots, owners)) {
    for (const owner of owners.ownersOf(path)) {
      if (owner.isShared) continue;
      const tally = tallies.get(owner.package) ?? createTally();
      tallies.set(owner.package, tally);
      addUse(tally, { use: from, weight, party: "own", linkedPath: path });
    }
  }
}
