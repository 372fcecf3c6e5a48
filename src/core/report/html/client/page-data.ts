/**
 * Holds what the page's script works on: the report, bounded, with workloads as numbers.
 * In: nothing. Out: types only; `build-page-data.ts` fills them, `read-data.ts` reads them back.
 * All text in here was made visible and cut before it came: it still is text, never markup.
 */
import type { WorkloadContext } from "../../../judge/context/workload-context.ts";
import type { Action } from "../../../judge/decide/action.ts";
import type { Decision } from "../../../judge/decide/decision.ts";
import type { FlowEdge, FlowEndKind } from "../../../judge/flows/flow-edge.ts";
import type { CoverageSummary, Evidence, Finding, Usage } from "../../../judge/verdict.ts";

export interface PageVulnerability {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly severity: string;
  readonly cvss: number | null;
  /** 0 to 1. */
  readonly epss: number | null;
  readonly epssPercentile: number | null;
  /** "" when it is not in the catalogue. */
  readonly kevSince: string;
  readonly ransomware: boolean;
  readonly fixedIn: readonly string[];
  readonly fixState: string;
  readonly description: string;
}

export interface PagePackage {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly location: string;
}

export interface PageUsage extends Omit<Usage, "evidence"> {
  readonly evidence: readonly string[];
  /** Proofs that the report holds and the page leaves out. */
  readonly leftOutCount: number;
}

export interface PageFinding
  extends Pick<
    Finding,
    "id" | "rank" | "critical" | "fixable" | "privileged" | "inUse" | "matchType"
  > {
  readonly band: string;
  readonly vulnerability: PageVulnerability;
  readonly package: PagePackage;
  /** Matches of the scanner that it stands for; of these, by what is known of their use. */
  readonly matchCount: number;
  readonly inUseCount: number;
  readonly unknownCount: number;
  /** The same number where one upgrade removes them. */
  readonly upgrade: number;
  /** Names of the other binary packages of it that match. */
  readonly others: readonly string[];
  /** Image by reference, or digest where it has none. */
  readonly image: string;
  /** Index into `workloads`. */
  readonly workload: number;
  readonly usage: PageUsage;
  readonly privileges: readonly string[];
  readonly exposed: string;
  readonly decision: Decision;
  readonly reasons: readonly string[];
  readonly wouldChange: readonly string[];
}

export type PageContainer = Omit<CoverageSummary, "workload" | "image" | "privileges"> & {
  readonly image: string;
};

export interface PageReached {
  readonly workload: number;
  readonly how: string;
  readonly ports: readonly number[];
  readonly role: string;
}

export interface PageHop {
  readonly name: string;
  /** Index into `workloads`; -1 for what is none. */
  readonly workload: number;
  readonly port: number;
  readonly by: string;
  readonly flow: string;
}

export interface PagePath {
  readonly basis: string;
  readonly hops: readonly PageHop[];
}

export interface PageContext {
  readonly exposure: Omit<WorkloadContext["exposure"], "paths">;
  readonly paths: readonly PagePath[];
  readonly roles: WorkloadContext["roles"];
  readonly reach: Omit<WorkloadContext["reach"], "workloads">;
  readonly reached: readonly PageReached[];
}

export interface PageWorkload {
  readonly name: string;
  readonly namespace: string;
  readonly kind: string;
  readonly context: PageContext | null;
  readonly containers: readonly PageContainer[];
}

export interface PageEnd {
  readonly kind: FlowEndKind;
  readonly workload: number;
  readonly name: string;
  readonly address: string;
  readonly namedBy: string;
}

export type PageFlow = Omit<FlowEdge, "from" | "to"> & {
  readonly from: PageEnd;
  readonly to: PageEnd;
};

export type PageAction = Omit<Action, "image" | "workloads" | "upgrades" | "findings"> & {
  readonly image: string;
  /** Indices into `findings`. */
  readonly findings: readonly number[];
  /** Of the report: more than the page holds where its bound cut some off. */
  readonly findingCount: number;
  readonly workloads: readonly number[];
};

export interface PageContradiction {
  readonly id: string;
  readonly kind: string;
  readonly workload: number;
  readonly declared: string;
  readonly observed: string;
  readonly meaning: string;
  readonly evidence: readonly string[];
}

export interface PageData {
  /** ISO 8601; "" where no event had a time. */
  readonly from: string;
  readonly to: string;
  readonly findings: readonly PageFinding[];
  readonly workloads: readonly PageWorkload[];
  readonly flows: readonly PageFlow[];
  readonly actions: readonly PageAction[];
  readonly contradictions: readonly PageContradiction[];
  readonly evidence: readonly Evidence[];
  /** **Unit**: characters of an id of a finding that the page keeps: as many as tell them apart. */
  readonly idLength: number;
  /** What is beyond the bounds of the page, in words. */
  readonly leftOut: readonly string[];
}

/**
 * A list of records by column. `v`: values one by one. `p`: whole numbers by the step from the one
 * before, behind the prefix `x` where they are names. `d`: values by index into distinct ones.
 * `u`: times by microseconds after `s`, which is after 1970.
 * `t`: records of a table of its own by index, -1 for null. `l`: lists of texts, by index into
 * distinct lists of indices into distinct texts. `c`: lists of records, by index into distinct
 * lists of indices into a table.
 */
export type PackedColumn =
  | { readonly v: readonly unknown[] }
  | { readonly p: readonly number[]; readonly x?: string }
  | { readonly u: readonly (number | null)[]; readonly s: number }
  | { readonly d: PackedColumn; readonly i: readonly number[] }
  | { readonly t: PackedTable; readonly i: readonly number[] }
  | { readonly l: PackedColumn; readonly a: NumberLists; readonly i: readonly number[] }
  | { readonly c: PackedTable; readonly a: NumberLists; readonly i: readonly number[] };

type NumberLists = readonly (readonly number[])[];

export interface PackedTable {
  readonly n: number;
  readonly k: Readonly<Record<string, PackedColumn>>;
}
