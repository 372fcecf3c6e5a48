/**
 * Holds a workflow that was read and checked: what the engine runs.
 * In: nothing. Out: types only.
 */
import type { Expression } from "./expression.ts";
import type { BoundUse } from "./step-use.ts";
import type { Template } from "./template.ts";
import type { InputDeclaration, WorkflowDocument } from "./workflow-schema.ts";

export interface WorkflowStep {
  readonly id: string;
  readonly use: BoundUse;
  readonly with: Template;
  /** Ids of all steps it waits for: named ones, and those whose outputs it uses. */
  readonly waitsFor: readonly string[];
  readonly condition: Expression | undefined;
  /** Steps whose status its condition looks at: their failure does not skip it. */
  readonly looksAt: readonly string[];
  readonly timeoutMs: number;
  readonly retryCount: number;
  readonly isTolerant: boolean;
}

export interface Workflow {
  readonly name: string;
  readonly description: string;
  readonly triggers: WorkflowDocument["triggers"];
  readonly inputs: Readonly<Record<string, InputDeclaration>>;
  readonly parallelCount: number;
  /** **Order**: as written. */
  readonly steps: readonly WorkflowStep[];
  readonly found: Expression | undefined;
  readonly outputs: readonly (readonly [string, Template])[];
  /** Where it came from, as named. */
  readonly source: string;
  /** As written: kept in the record of each run. */
  readonly text: string;
}

/** A mistake of whoever wrote it. */
export interface WorkflowProblem {
  readonly path: readonly string[];
  readonly message: string;
  /** **Unit**: UTF-16 code units into the value; 0 where it has no place. */
  readonly offset?: number;
}
