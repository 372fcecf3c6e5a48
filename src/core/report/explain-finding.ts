/**
 * Holds the answer to "why": why a finding has its rank and its verdict, with every proof.
 * In: a report and what the person asks for: a vulnerability, a package, or a finding. Out: data:
 * the findings and packages meant, their evidence and coverage, or what is nearest.
 * Must never guess: several meanings are all given.
 */
import { comparePrivileges } from "../judge/explain-rank.ts";
import type {
  CoverageSummary,
  Evidence,
  Finding,
  PackageVerdict,
  Upgrade,
} from "../judge/verdict.ts";
import { findNearNames } from "./find-near-names.ts";
import type { Report } from "./report.ts";
import { proofsOf } from "./upgrade-view.ts";

export interface ExplainedFinding {
  readonly finding: Finding;
  readonly upgrade: Upgrade | null;
  /** Proofs of use, of all its packages. */
  readonly proofs: readonly Evidence[];
  readonly privilegeProofs: readonly Evidence[];
  /** Containers of the workload that run the image. */
  readonly coverage: readonly CoverageSummary[];
}

export interface ExplainedPackage {
  readonly verdict: PackageVerdict;
  readonly proofs: readonly Evidence[];
  /** Ids of the findings of this package in this workload. */
  readonly findings: readonly string[];
  readonly coverage: readonly CoverageSummary[];
}

export interface Explanation {
  readonly query: string;
  /** What the query was understood as. */
  readonly understoodAs: "finding" | "vulnerability" | "package" | "nothing";
  /** **Order**: by rank. */
  readonly findings: readonly ExplainedFinding[];
  /** **Order**: as in the report. Only where a package was asked for. */
  readonly packages: readonly ExplainedPackage[];
  /** Names that are near, when nothing was found. */
  readonly near: readonly string[];
}

/** **Shape**: an id of a finding may be shortened to this many digits. */
const idLengthMin = 4;

/** **Cost**: one pass over findings and packages. */
export function explain(report: Report, query: string): Explanation {
  const asked = query.trim();
  const byId = findById(report, asked);
  if (byId.length > 0) return answer(report, asked, { understoodAs: "finding", findings: byId });
  const wanted = asked.toLowerCase();
  const byVulnerability = report.findings.filter(({ vulnerability }) =>
    [vulnerability.id, ...vulnerability.aliases].some((id) => id.toLowerCase() === wanted),
  );
  if (byVulnerability.length > 0) {
    return answer(report, asked, { understoodAs: "vulnerability", findings: byVulnerability });
  }
  const packages = report.packages.filter((one) => namesPackage(one.package, wanted));
  const upgrades = new Set(
    report.upgrades.filter((one) => one.package.toLowerCase() === wanted).map(({ id }) => id),
  );
  const findings = report.findings.filter(
    (finding) =>
      upgrades.has(finding.upgrade) ||
      finding.packages.some((one) => namesPackage(one.package, wanted)),
  );
  if (packages.length + findings.length > 0) {
    return answer(report, asked, { understoodAs: "package", findings, packages });
  }
  return { ...nothing(asked), near: findNearNames(wanted, namesOf(report)) };
}

function findById({ findings }: Report, asked: string): readonly Finding[] {
  if (asked.length < idLengthMin || !/^[0-9a-f]+$/.test(asked)) return [];
  return findings.filter(({ id }) => id.startsWith(asked));
}

/** By name, `name@version`, purl or the id in the SBOM. */
function namesPackage(ref: PackageVerdict["package"], wanted: string): boolean {
  const name = ref.name.toLowerCase();
  return (
    wanted !== "" &&
    (name === wanted ||
      `${name}@${ref.version.toLowerCase()}` === wanted ||
      ref.purl.toLowerCase() === wanted ||
      ref.id.toLowerCase() === wanted)
  );
}

function nothing(query: string): Explanation {
  return { query, understoodAs: "nothing", findings: [], packages: [], near: [] };
}

interface Meant {
  readonly understoodAs: Explanation["understoodAs"];
  readonly findings: readonly Finding[];
  readonly packages?: readonly PackageVerdict[];
}

function answer(report: Report, query: string, meant: Meant): Explanation {
  return {
    ...nothing(query),
    understoodAs: meant.understoodAs,
    findings: meant.findings.map((finding) => explainOne(report, finding)),
    packages: (meant.packages ?? []).map((verdict) => explainPackage(report, verdict)),
  };
}

function explainOne(report: Report, finding: Finding): ExplainedFinding {
  const used = [finding.usage, ...finding.packages.map((one) => one.usage)];
  const ids = new Set(used.flatMap((usage) => usage.evidence));
  const rights = [...finding.privileges].sort(comparePrivileges);
  const privilegeIds = new Set(rights.flatMap((one) => one.evidence));
  return {
    finding,
    upgrade: report.upgrades.find((one) => one.id === finding.upgrade) ?? null,
    proofs: proofsOf([...ids], report),
    privilegeProofs: proofsOf([...privilegeIds], report),
    coverage: coverageOf(report, finding),
  };
}

function explainPackage(report: Report, verdict: PackageVerdict): ExplainedPackage {
  const here = report.findings.filter(
    (finding) =>
      isSamePlace(finding, verdict) &&
      finding.packages.some((one) => one.package.id === verdict.package.id),
  );
  return {
    verdict,
    proofs: proofsOf(verdict.usage.evidence, report),
    findings: here.map(({ id }) => id),
    coverage: coverageOf(report, verdict),
  };
}

type Placed = Pick<PackageVerdict, "workload" | "image">;

function coverageOf(report: Report, placed: Placed): readonly CoverageSummary[] {
  return report.coverage.filter((one) => isSamePlace(one, placed));
}

function isSamePlace(a: Placed, b: Placed): boolean {
  const key = ({ workload: { cluster, namespace, kind, name, container }, image }: Placed) =>
    JSON.stringify([cluster, namespace, kind, name, container, image.digest || image.reference]);
  return key(a) === key(b);
}

function namesOf(report: Report): Iterable<string> {
  const names = new Set<string>();
  for (const { vulnerability } of report.findings) {
    names.add(vulnerability.id);
    for (const alias of vulnerability.aliases) names.add(alias);
  }
  for (const one of report.packages) names.add(one.package.name);
  for (const one of report.upgrades) names.add(one.package);
  return names;
}
