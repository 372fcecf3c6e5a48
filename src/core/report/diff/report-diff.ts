/**
 * Holds what changed between two reports, and why.
 * In: nothing. Out: types only; `diff-reports.ts` makes them.
 */
import type { ActionKind } from "../../judge/decide/action.ts";
import type { DecisionName } from "../../judge/decide/decision.ts";
import type { Workload } from "../../observe/fact.ts";

/**
 * `not-seen`: gone only because the later report could not look: its workload was not seen, or
 * nothing scanned its image. That is not `gone`, and nothing is fixed.
 */
export const changeKinds = ["new", "changed", "gone", "not-seen"] as const;
export type ChangeKind = (typeof changeKinds)[number];

export type ChangeCause =
  | "workload-appeared"
  | "workload-not-seen"
  | "scan-missing"
  | "image-changed"
  | "package-changed"
  | "package-added"
  | "package-removed"
  | "vulnerability-data-changed"
  | "first-use"
  | "use-not-seen-again"
  | "coverage-changed"
  | "exposure-changed"
  | "privilege-changed"
  | "incident"
  | "signed"
  | "rules-changed";

export interface Cause {
  readonly cause: ChangeCause;
  /** One phrase; untrusted names inside. */
  readonly detail: string;
}

export type ChangedField =
  | "decision"
  | "usage"
  | "coverage"
  | "exposed"
  | "reached-from"
  | "privileged"
  | "fix"
  | "version"
  | "image"
  | "severity"
  | "kev"
  | "signed";

export interface FieldChange {
  readonly field: ChangedField;
  readonly before: string;
  readonly after: string;
}

export interface FindingChange {
  readonly kind: ChangeKind;
  readonly id: string;
  readonly vulnerability: string;
  readonly severity: string;
  readonly package: string;
  readonly version: string;
  readonly workload: Workload;
  readonly rankBefore: number | null;
  readonly rankAfter: number | null;
  /** null: the report holds no decisions. */
  readonly decisionBefore: DecisionName | null;
  readonly decisionAfter: DecisionName | null;
  readonly inUse: boolean;
  readonly knownExploited: boolean;
  /** A person signed it, in the report that holds it last. */
  readonly signed: boolean;
  /** Of `changed` only. */
  readonly changes: readonly FieldChange[];
  /** Why, as far as the two reports can tell; never empty. */
  readonly causes: readonly Cause[];
}

export interface ActionChange {
  readonly kind: "new" | "changed" | "gone";
  readonly id: string;
  readonly action: ActionKind;
  readonly title: string;
  readonly decisionBefore: DecisionName | null;
  readonly decisionAfter: DecisionName | null;
  readonly to: string;
}

export interface ContradictionChange {
  readonly kind: "new" | "gone";
  readonly id: string;
  readonly contradiction: string;
  readonly workload: Workload;
  readonly observed: string;
}

export interface ReportSide {
  readonly name: string;
  readonly schemaVersion: string;
  readonly generatedAt: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly findingCount: number;
}

export interface ReportDiff {
  readonly before: ReportSide;
  readonly after: ReportSide;
  readonly counts: Readonly<Record<ChangeKind | "same", number>>;
  /** **Order**: by kind as listed; what moved decisions, then what may, then the rest; by rank. */
  readonly findings: readonly FindingChange[];
  readonly workloads: {
    readonly appeared: readonly Workload[];
    readonly notSeen: readonly Workload[];
    readonly inBoth: number;
  };
  readonly actions: readonly ActionChange[];
  readonly contradictions: readonly ContradictionChange[];
  /** What could not be compared, in sentences. */
  readonly limits: readonly string[];
}
