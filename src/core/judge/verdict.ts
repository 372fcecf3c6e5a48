/**
 * Holds what judging produces: verdicts on packages, findings, the funnel.
 * In: nothing. Out: types only. Everything here is computed by pure functions over facts and
 * inventory, and every statement carries the ids of its evidence.
 */
import type { Epss, KnownExploited, Severity } from "../inventory/image.ts";
import type { Actor, Citation, PrivilegeKind, Sensor, Workload } from "../observe/fact.ts";
import type { FindingExposure } from "./context/workload-context.ts";
import type { Decision } from "./decide/decision.ts";
import type { Waiver } from "./waive/waiver.ts";

/** Strongest first. See `docs/glossary.md` for what each means and does not mean. */
export const evidenceLevels = [
  "symbol-loaded",
  "executed",
  "mapped",
  "runtime-read",
  "linked",
  "archive-opened",
  "read",
  "none",
] as const;
export type EvidenceLevel = (typeof evidenceLevels)[number];

export type UsageState = "in-use" | "not-observed" | "unknown";
export type CoverageGrade = "none" | "partial" | "good";

/**
 * **Shape**: `state` speaks of the workload's own processes. Use by probes, operators, package
 * managers and bulk readers is listed in `by` and never makes a package "in-use".
 */
export interface Usage {
  readonly state: UsageState;
  readonly level: EvidenceLevel;
  readonly by: readonly Actor[];
  /** ISO 8601 UTC with microseconds; null when never. */
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly coverage: CoverageGrade;
  /** Why the coverage is not better; empty under "good". */
  readonly coverageReasons: readonly string[];
  /** Ids into the report's `evidence`. */
  readonly evidence: readonly string[];
  /** One sentence that says what the verdict rests on. */
  readonly because: string;
}

export interface PackageRef {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly purl: string;
  readonly id: string;
  /** First location, for telling two installations of one version apart. */
  readonly location: string;
}

export interface ImageRef {
  readonly reference: string;
  readonly digest: string;
}

/** Verdict on one package of one observed container's image. */
export interface PackageVerdict {
  readonly image: ImageRef;
  readonly workload: Workload;
  readonly package: PackageRef;
  readonly usage: Usage;
}

/** One recorded proof. */
export interface Evidence {
  readonly id: string;
  /** What it shows: `executed`, `mapped`, `read`, `linked`, `privilege`, … */
  readonly shows: string;
  readonly path: string;
  readonly actor: Actor;
  readonly actorReason: string;
  readonly sensor: Sensor;
  readonly policy: string;
  readonly count: number;
  readonly execId: string;
  readonly pid: number;
  readonly binary: string;
  readonly time: string | null;
  readonly node: string;
  readonly container: string;
  readonly input: string;
  readonly offset: number;
}
export type EvidenceSource = Citation;

export interface Privilege {
  readonly privilege: PrivilegeKind;
  readonly detail: string;
  readonly source: "seen" | "declared" | "denied";
  readonly evidence: readonly string[];
}

export interface FindingVulnerability {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly severity: Severity;
  readonly cvssScore: number | null;
  /** As the scanner gives it, of version 2, 3 or 4; "" when none is known. */
  readonly cvssVector: string;
  readonly epss: Epss | null;
  readonly kev: KnownExploited | null;
  readonly fixedIn: readonly string[];
  readonly fixState: string;
  readonly description: string;
}

/** Priority bands, most urgent first; `docs/ranking.md` says what puts a finding into which. */
export const bandNames = [
  "exploited-by-ransomware",
  "known-exploited",
  "critical",
  "high",
  "medium",
  "low",
  "negligible",
] as const;
export type BandName = (typeof bandNames)[number];

export interface Finding {
  /** Stable fingerprint: the same vulnerability of the same package in the same workload. */
  readonly id: string;
  /** 1 is first. */
  readonly rank: number;
  readonly band: BandName;
  readonly vulnerability: FindingVulnerability;
  /** The binary package with the strongest use among those of one source package. */
  readonly package: PackageRef;
  /** All binary packages of the source package that match, the one above included. */
  readonly packages: readonly { readonly package: PackageRef; readonly usage: Usage }[];
  readonly image: ImageRef;
  readonly workload: Workload;
  readonly usage: Usage;
  readonly privileges: readonly Privilege[];
  readonly critical: boolean;
  readonly fixable: boolean;
  readonly privileged: boolean;
  readonly inUse: boolean;
  /** Of its workload; the whole is in the report's `workloads`. */
  readonly exposure: FindingExposure;
  readonly decision: Decision;
  /** What a person signed about it, in force; null: nothing. Rank and decision stay as they are. */
  readonly waiver: Waiver | null;
  /** Groups findings that one upgrade removes. */
  readonly upgrade: string;
  /** Why this rank, in order of weight; each a short sentence. */
  readonly reasons: readonly string[];
  /** What would raise or lower the rank. */
  readonly wouldChange: readonly string[];
  /** Names of the matchers and how sure they are. */
  readonly matchType: string;
}

/** One thing a person does: upgrade one source package of one image. */
export interface Upgrade {
  readonly id: string;
  readonly rank: number;
  readonly image: ImageRef;
  readonly workloads: readonly Workload[];
  readonly package: string;
  readonly type: string;
  readonly from: readonly string[];
  /** Lowest version that removes all fixable findings of the group; "" when there is none. */
  readonly to: string;
  /** Lowest version that removes those of the group's most urgent band: often a smaller step. */
  readonly atLeast: string;
  readonly findings: readonly string[];
  readonly unfixed: readonly string[];
}

export interface FunnelStage {
  /** Grype matches that are left. */
  readonly matches: number;
  readonly findings: number;
  readonly vulnerabilities: number;
  readonly upgrades: number;
}

/**
 * Counts of matches, each stage a part of the one before; `definitions` says what each stage asks.
 */
export interface Funnel {
  readonly all: number;
  readonly critical: number;
  readonly fixable: number;
  readonly privileged: number;
  readonly inUse: number;
  /** Critical, fixable and in use, privileged or not. */
  readonly criticalFixableInUse: number;
  /** At the in-use step: usage unknown, neither counted in nor ruled out. */
  readonly unknownUse: number;
  /** Of findings whose decision is `act-now`: over all, not within the last stage. */
  readonly actNow: number;
  /** Of these: matches of findings where an input of the decision had to be assumed. */
  readonly actNowAssumed: number;
  /** Actions of the plan whose decision is `act-now`. */
  readonly actNowActions: number;
  /** Actions beyond the bound of the plan, the least urgent. */
  readonly actionsLeftOut: number;
  readonly stages: Readonly<
    Record<"all" | "critical" | "fixable" | "privileged" | "inUse" | "actNow", FunnelStage>
  >;
  readonly definitions: Readonly<Record<string, string>>;
}

/** What could be seen of one container, and how it found its image. */
export interface CoverageSummary {
  readonly workload: Workload;
  readonly containerId: string;
  readonly node: string;
  readonly image: ImageRef;
  /** How the image was joined: digest, image-id, reference, name, by-hand, none. */
  readonly joinedBy: string;
  readonly sbom: string;
  readonly scan: string;
  readonly observedFrom: string | null;
  readonly observedUntil: string | null;
  readonly fromStart: boolean;
  readonly sensors: readonly {
    readonly sensor: string;
    readonly policy: string;
    readonly basis: "stated" | "inferred";
    readonly pathPrefixes: readonly string[];
    readonly limits: readonly string[];
    readonly since: string | null;
    readonly until: string | null;
    readonly eventCount: number;
  }[];
  readonly losses: readonly {
    readonly reason: string;
    readonly count: number;
    readonly detail: string;
  }[];
  /** Packages of the image by coverage grade. */
  readonly grades: Readonly<Record<CoverageGrade, number>>;
  readonly privileges: readonly Privilege[];
}
