/**
 * Holds the gathering of what the uses of one container prove about each package of its image.
 * In: uses of files, the owners of the image, coverage. Out: one tally a package that was touched.
 * Must never count what probes, operators, scanners or installers did as the workload's own use.
 */
import type { Package } from "../inventory/image.ts";
import type { FileUseFact } from "../observe/fact.ts";
import { readingsOf } from "./container-readings.ts";
import type { FileOwners } from "./file-owners.ts";
import type { ContainerCoverage } from "./judge-coverage.ts";
import { closeOverLibraries } from "./linked-libraries.ts";
import { addUse, createTally, type Tally } from "./usage-tally.ts";
import { partyOf, type Weight, weighUse } from "./weigh-use.ts";

type Tallies = Map<Package, Tally>;

export interface GatherOptions {
  readonly owners: FileOwners;
  readonly uses: readonly FileUseFact[];
  readonly coverage: ContainerCoverage;
}

/** Packages that nothing touched have no tally. **Order**: of `uses` decides between equals. */
export function gatherUses(options: GatherOptions): ReadonlyMap<Package, Tally> {
  const tallies: Tallies = new Map();
  tallyUses(options, tallies);
  tallyLinked(options, tallies);
  return tallies;
}

function tallyUses({ owners, uses, coverage }: GatherOptions, tallies: Tallies): void {
  const { runtimes, isWideOpening } = readingsOf(uses, owners);
  for (const use of uses) {
    const found =
      use.how === "executed" ? owners.ownersOfProgram(use.path) : owners.ownersOf(use.path);
    if (found.length === 0) continue;
    const fileClass = owners.classOf(use.path);
    const isWide = isWideOpening(use.path);
    const hasMappings = coverage.seesMapping(use.path, use.lastSeenUs);
    for (const owner of found) {
      const weighed = { use, owner, fileClass, runtimes, isWideOpening: isWide, hasMappings };
      const weight = weighUse(weighed);
      if (weight !== undefined) credit(tallies, owner.package, use, weight);
    }
  }
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
function tallyLinked({ owners, uses }: GatherOptions, tallies: Tallies): void {
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
