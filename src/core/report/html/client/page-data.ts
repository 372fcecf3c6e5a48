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

export type PageAction = Omit<Action, "image" | "workloads" | "upgrades"> & {
  readonly image: string;
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
  /** What is beyond the bounds of the page, in words. */
  readonly leftOut: readonly string[];
}

/**
 * A list of records by column. `v`: values one by one. `d`: values by index into distinct ones.
 * `t`: records of a table of its own by index, -1 for null. `l`: lists of texts, by index into
 * distinct lists of indices into distinct texts. `c`: lists of records, by index into distinct
 * lists of indices into a table.
 */
export type PackedColumn =
  | { readonly v: readonly unknown[] }
  | { readonly d: readonly unknown[]; readonly i: readonly number[] }
  | { readonly t: PackedTable; readonly i: readonly number[] }
  | {
      readonly l: readonly string[];
      readonly a: readonly (readonly number[])[];
      readonly i: readonly number[];
    }
  | {
      readonly c: PackedTable;
      readonly a: readonly (readonly number[])[];
      readonly i: readonly number[];
    };

export interface PackedTable {
  readonly n: number;
  readonly k: Readonly<Record<string, PackedColumn>>;
}
