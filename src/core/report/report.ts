/**
 * Holds the report: the one document that all formats render, and that JSON prints as it is.
 * In: nothing. Out: types only; `docs/report.schema.json` is generated from `report-schema.ts`,
 * which a test holds to these types. Must grow compatibly: fields are added, never changed.
 */
import type { Problem } from "../event/problem.ts";
import type { Contradiction, WorkloadContext } from "../judge/context/workload-context.ts";
import type { Action } from "../judge/decide/action.ts";
import type { FlowEdge } from "../judge/flows/flow-edge.ts";
import type {
  CoverageSummary,
  Evidence,
  Finding,
  Funnel,
  PackageVerdict,
  Upgrade,
} from "../judge/verdict.ts";
import type { DetectionSummary, IncidentSummary } from "./incident-summary.ts";

export type { CoverageSummary } from "../judge/verdict.ts";

export const reportSchemaVersion = "1.2.0";

export interface InputSummary {
  readonly name: string;
  /**
   * events, sbom, vulnerabilities, kev, epss, kubernetes, containers, policies, metrics, processes,
   * config
   */
  readonly role: string;
  readonly format: string;
  readonly sizeBytes: number;
  /** Events, packages, matches, objects, …: what `role` counts. */
  readonly count: number;
  readonly details: Readonly<Record<string, string | number>>;
}

export interface Report {
  readonly schemaVersion: string;
  /**
   * When the report was made, as passed in; null when not given, so that output is reproducible.
   */
  readonly generatedAt: string | null;
  readonly window: {
    readonly from: string | null;
    readonly to: string | null;
    readonly seconds: number;
    readonly eventCount: number;
  };
  readonly inputs: readonly InputSummary[];
  readonly coverage: readonly CoverageSummary[];
  readonly funnel: Funnel;
  readonly upgrades: readonly Upgrade[];
  readonly findings: readonly Finding[];
  readonly packages: readonly PackageVerdict[];
  /** Exposure, roles and reach of each workload. */
  readonly workloads: readonly WorkloadContext[];
  readonly flows: readonly FlowEdge[];
  /** The plan. */
  readonly actions: readonly Action[];
  readonly contradictions: readonly Contradiction[];
  /** Intrusions, gravest first, at most 100; `detection` counts all. Since 1.2.0. */
  readonly incidents: readonly IncidentSummary[];
  readonly detection: DetectionSummary;
  readonly evidence: Readonly<Record<string, Evidence>>;
  readonly problems: readonly Problem[];
}
