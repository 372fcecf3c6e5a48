/**
 * Holds the answer to "why": why a finding has its rank and its verdict, with every proof.
 * In: a report and what the person asks for: a vulnerability, a package, or a finding; where it is.
 * Out: data: the findings and packages meant, their evidence and coverage, or what is nearest.
 * Must never guess: several meanings are all given.
 */
import type { ExposurePath, WorkloadContext } from "../judge/context/workload-context.ts";
import { comparePrivileges } from "../judge/explain-rank.ts";
import type {
  CoverageSummary,
  Evidence,
  Finding,
  PackageVerdict,
  Upgrade,
} from "../judge/verdict.ts";
import { workloadKey } from "../judge/workload-key.ts";
import { choosePlaced } from "./change/choose-placed.ts";
import { placeName, shortPlace } from "./change/place-name.ts";
import { findNearNames } from "./find-near-names.ts";
import { findProofs } from "./find-proofs.ts";
import type { Report } from "./report.ts";

export interface ExplainedFinding {
  readonly finding: Finding;
  readonly upgrade: Upgrade | null;
  /** Proofs of use, of all its packages. */
  readonly proofs: readonly Evidence[];
  readonly privilegeProofs: readonly Evidence[];
  /** Ways to its workload. **Order**: as in the report. */
  readonly paths: readonly ExposurePath[];
  readonly exposureProofs: readonly Evidence[];
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

/**
 * `places`: workloads, images or packages as reports name them; they may follow in the query too.
 * **Cost**: one pass over findings and packages, two where places follow.
 */
export function explain(
  report: Report,
  query: string,
  places: readonly string[] = [],
): Explanation {
  const asked = query.trim();
  const whole = understand(report, asked);
  if (whole.understoodAs !== "nothing") return narrow(report, { asked, meant: whole, places });
  const [first = "", ...words] = asked.split(/\s+/);
  const meant = words.length === 0 ? whole : understand(report, first);
  if (meant.understoodAs !== "nothing") {
    return narrow(report, { asked: first, meant, places: [...words, ...places] });
  }
  return { ...nothing(asked), near: findNearNames(first.toLowerCase(), namesOf(report)) };
}

function understand(report: Report, asked: string): Meant {
  const byId = findById(report, asked);
  if (byId.length > 0) return { understoodAs: "finding", findings: byId };
  const wanted = asked.toLowerCase();
  const byVulnerability = report.findings.filter(({ vulnerability }) =>
    [vulnerability.id, ...vulnerability.aliases].some((id) => id.toLowerCase() === wanted),
  );
  if (byVulnerability.length > 0) {
    return { understoodAs: "vulnerability", findings: byVulnerability };
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
  const isNone = packages.length + findings.length === 0;
  return { understoodAs: isNone ? "nothing" : "package", findings, packages };
}

interface Narrowing {
  readonly asked: string;
  readonly meant: Meant;
  readonly places: readonly string[];
}

const placeCountMax = 5;

/** Where it is in none of the places, those that it is in are near. */
function narrow(report: Report, { asked, meant, places }: Narrowing): Explanation {
  const sources = new Map(report.upgrades.map((one) => [one.id, one.package]));
  const findings = choosePlaced(meant.findings, places, (one) => ({
    ...placeOf(one),
    packages: [
      sources.get(one.upgrade) ?? "",
      ...one.packages.flatMap((each) => namesOfPackage(each.package)),
    ],
  }));
  const packages = choosePlaced(meant.packages ?? [], places, (one) => ({
    ...placeOf(one),
    packages: namesOfPackage(one.package),
  }));
  const query = [asked, ...places].join(" ");
  if (findings.length + packages.length > 0) {
    return answer(report, query, { ...meant, findings, packages });
  }
  const all = [...meant.findings, ...(meant.packages ?? [])];
  const near = new Set(all.map(({ workload }) => `${asked} ${shortPlace(placeName(workload))}`));
  return { ...nothing(query), near: [...near].slice(0, placeCountMax) };
}

function placeOf({ workload, image }: Pick<Finding, "workload" | "image">) {
  const { reference, digest } = image;
  return { workload: placeName(workload), imageReference: reference, imageDigest: digest };
}

function namesOfPackage({ name, version }: PackageVerdict["package"]): readonly string[] {
  return [name, `${name}@${version}`];
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
  const index = indexReport(report);
  return {
    ...nothing(query),
    understoodAs: meant.understoodAs,
    findings: meant.findings.map((finding) => explainOne(index, finding)),
    packages: (meant.packages ?? []).map((verdict) => explainPackage(index, verdict)),
  };
}

/** What is looked up for each of thousands of findings. */
interface ReportIndex {
  readonly report: Report;
  readonly upgrades: ReadonlyMap<string, Upgrade>;
  /** By place. */
  readonly coverage: ReadonlyMap<string, readonly CoverageSummary[]>;
  /** By place and id of a package. */
  readonly findings: ReadonlyMap<string, readonly string[]>;
  /** By workload. */
  readonly contexts: ReadonlyMap<string, WorkloadContext>;
}

function indexReport(report: Report): ReportIndex {
  const coverage = new Map<string, CoverageSummary[]>();
  for (const one of report.coverage) append(coverage, placeKey(one), one);
  const findings = new Map<string, string[]>();
  for (const finding of report.findings) {
    const place = placeKey(finding);
    const ids = new Set(finding.packages.map((one) => one.package.id));
    for (const id of ids) append(findings, packageKey(place, id), finding.id);
  }
  const upgrades = new Map(report.upgrades.map((one) => [one.id, one]));
  const contexts = new Map(report.workloads.map((one) => [workloadKey(one.workload), one]));
  return { report, upgrades, coverage, findings, contexts };
}

function append<Value>(groups: Map<string, Value[]>, key: string, value: Value): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [value]);
  else group.push(value);
}

function explainOne(index: ReportIndex, finding: Finding): ExplainedFinding {
  const { report, upgrades, coverage, contexts } = index;
  const used = [finding.usage, ...finding.packages.map((one) => one.usage)];
  const ids = new Set(used.flatMap((usage) => usage.evidence));
  const rights = [...finding.privileges].sort(comparePrivileges);
  const privilegeIds = new Set(rights.flatMap((one) => one.evidence));
  const exposure = contexts.get(workloadKey(finding.workload))?.exposure;
  return {
    finding,
    upgrade: upgrades.get(finding.upgrade) ?? null,
    proofs: findProofs([...ids], report),
    privilegeProofs: findProofs([...privilegeIds], report),
    paths: exposure?.paths ?? [],
    exposureProofs: findProofs(exposure?.evidence ?? [], report),
    coverage: coverage.get(placeKey(finding)) ?? [],
  };
}

function explainPackage(index: ReportIndex, verdict: PackageVerdict): ExplainedPackage {
  const place = placeKey(verdict);
  return {
    verdict,
    proofs: findProofs(verdict.usage.evidence, index.report),
    findings: index.findings.get(packageKey(place, verdict.package.id)) ?? [],
    coverage: index.coverage.get(place) ?? [],
  };
}

/** Equal for what concerns the same image in the same workload. */
function placeKey({ workload, image }: Pick<PackageVerdict, "workload" | "image">): string {
  const { cluster, namespace, kind, name, container } = workload;
  const { digest, reference } = image;
  return JSON.stringify([cluster, namespace, kind, name, container, digest || reference]);
}

function packageKey(place: string, id: string): string {
  return JSON.stringify([place, id]);
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
