/**
 * Holds how what was gathered about a package becomes its verdict, and the sentence that says why.
 * In: a tally, the package's files, coverage. Out: a `Usage`.
 * Must never claim absence without good coverage, nor use without evidence that is cited.
 */

import { formatTime } from "../event/format-time.ts";
import type { Package } from "../inventory/image.ts";
import type { Actor } from "../observe/fact.ts";
import type { EvidenceBook } from "./evidence-book.ts";
import { type Blank, explainUsage } from "./explain-usage.ts";
import type { FileOwners } from "./file-owners.ts";
import type { ContainerCoverage } from "./judge-coverage.ts";
import type { TalliedUse, Tally } from "./usage-tally.ts";
import type { CoverageGrade, Usage, UsageState } from "./verdict.ts";

export interface VerdictParts {
  readonly one: Package;
  readonly tally: Tally;
  readonly owners: FileOwners;
  readonly coverage: ContainerCoverage;
  readonly evidence: EvidenceBook;
  /** Judged is a host and not a container: there the kernel package does run. */
  readonly isHost: boolean;
}

const citedMax = 4;

const actorOrder: readonly Actor[] = [
  "service",
  "startup",
  "probe",
  "operator",
  "package-manager",
  "bulk-reader",
  "runtime",
  "host",
];

export function createVerdict(parts: VerdictParts): Usage {
  const { one, tally, owners, evidence } = parts;
  const files = owners.codeFilesOf(one.id);
  const blank = blankOf(parts, files.length);
  const { grade, reasons } = gradeOf(parts, blank);
  const state = stateOf(tally, grade);
  const decisive = decisiveUses(tally, state);
  return {
    state,
    level: tally.level,
    by: actorOrder.filter((actor) => tally.actors.has(actor)),
    firstSeen: formatTime(tally.firstUs),
    lastSeen: formatTime(tally.lastUs),
    coverage: grade,
    coverageReasons: reasons,
    evidence: [...new Set(decisive.map((tallied) => cite(tallied, evidence)))],
    because: explainUsage({ state, grade, reasons, blank, tally, fileCount: files.length }),
  };
}

function stateOf(tally: Tally, grade: CoverageGrade): UsageState {
  const force = tally.own[0]?.weight.force;
  if (force === "use") return "in-use";
  if (force === "doubt") return "unknown";
  return grade === "good" ? "not-observed" : "unknown";
}

function decisiveUses(tally: Tally, state: UsageState): readonly TalliedUse[] {
  const force = state === "in-use" ? "use" : tally.own[0]?.weight.force;
  const forced = tally.own.filter(({ weight }) => weight.force === force);
  // Of uses that prove the same, a start says more to a reader than a mapping.
  const starts = forced.filter((one) => one.weight.level === tally.level && isStart(one));
  const own = [...starts, ...forced.filter((one) => !starts.includes(one))];
  const all = state === "in-use" ? own : [...own, ...tally.foreign];
  return all.slice(0, citedMax);
}

function isStart({ use }: TalliedUse): boolean {
  return use.how === "executed";
}

function cite({ use, weight, linkedPath }: TalliedUse, evidence: EvidenceBook): string {
  if (linkedPath !== "") {
    return evidence.addInferred({ shows: "linked", path: linkedPath, from: use });
  }
  return evidence.addUse(use, weight.level === "linked" ? "linked" : use.how);
}

const kernelName = new RegExp(
  [
    "^linux-(?:image|headers|modules|libc-dev|kbuild|compiler|source|base|tools|lts|virt|firmware)",
    "^kernel(?:-core|-modules|-modules-core|-headers|-devel|-tools)?$",
    "^raspberrypi-kernel",
  ].join("|"),
);
const kernelTypes: ReadonlySet<string> = new Set(["linux-kernel", "linux-kernel-module"]);
const distroTypes: ReadonlySet<string> = new Set(["deb", "rpm", "apk", "alpm", "portage"]);

function blankOf({ one, owners, isHost }: VerdictParts, fileCount: number): Blank {
  const isKernel =
    kernelTypes.has(one.type) || (distroTypes.has(one.type) && kernelName.test(one.name));
  if (isKernel && !isHost) return "kernel";
  if (!owners.sbom.hasLocations) return "no-locations";
  return fileCount === 0 ? "no-files" : "";
}

function gradeOf(
  { one, owners, coverage }: VerdictParts,
  blank: Blank,
): { grade: CoverageGrade; reasons: readonly string[] } {
  switch (blank) {
    case "kernel":
      return { grade: "good", reasons: [] };
    case "no-locations":
      return { grade: "none", reasons: ["the SBOM names no files of its packages"] };
    case "no-files":
      return { grade: "none", reasons: ["the SBOM names no code or data file of the package"] };
    default:
      return coverage.grade(owners.codeFilesOf(one.id));
  }
}
