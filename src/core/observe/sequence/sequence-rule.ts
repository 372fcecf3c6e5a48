/**
 * Holds what a compiled sequence is, and what is kept while one goes on.
 * In: nothing. Out: types only. A state holds plain data: processes by exec id, never by reference.
 */
import type { TimeUs } from "../../event/event.ts";
import type { ActKind } from "../detect/act.ts";
import type { ActField } from "../detect/act-fields.ts";
import type { Evaluable, RuleHead } from "../detect/rule.ts";
import type { ContainerKey } from "../fact.ts";
import type { Selection } from "../sigma/compile-selection.ts";

/** Why a rule is refused: a value, never thrown. */
export interface SequenceProblem {
  /** Where in the document: `steps[1].where`. */
  readonly path: string;
  /** Half a sentence; quoted parts are from the document. */
  readonly message: string;
}

/** Of the act that the reader shows. */
export type TestAct = Pick<Selection, "expression" | "test">;

/** By what acts belong together. */
export type KeyName =
  | "process"
  | "task"
  | "parent"
  | "entry"
  | "container"
  | "workload"
  | "node"
  | "host"
  | "file"
  | "address"
  | "user";

/** Which file of an act the key `file` is. */
export type FileOf = "path" | "other-path" | "program" | "binary" | "operands" | "output";

/** One way to be a step. */
export interface StepAlternative {
  readonly kinds: readonly ActKind[];
  /** Undefined: any act of these kinds. */
  readonly test: TestAct | undefined;
  readonly except: readonly TestAct[];
  readonly file: FileOf;
  readonly by: readonly KeyName[];
  /** Names of programs, or roles, without which it cannot hold; for the index. */
  readonly needs: { readonly of: "name" | "role"; readonly values: readonly string[] } | undefined;
}

export type RelationName =
  | "same-process"
  | "other-process"
  | "child-of"
  | "parent-of"
  | "sibling-of"
  | "descends-from"
  | "ancestor-of"
  | "within-tree-of"
  | "overlaps"
  | "after"
  | "same-value";

export interface StepRelation {
  readonly name: RelationName;
  /** Index of the other step. */
  readonly step: number;
  /** `same-value`: index into `Mark.values`. */
  readonly value: number;
}

/** How many acts a step takes: one, so many, so many different, or a sum. */
export interface StepTally {
  readonly kind: "count" | "distinct" | "sum";
  readonly atLeast: number;
  /** Undefined for `count`. */
  readonly field: ActField | undefined;
}

export interface SequenceStep {
  readonly name: string;
  readonly alternatives: readonly StepAlternative[];
  readonly tally: StepTally | undefined;
  readonly relations: readonly StepRelation[];
}

/** Whose doing a hit is, seen from the process of the subject's step. */
export type SubjectIs = "process" | "parent" | "entry";

export type IndicatorType = "ip" | "domain" | "url" | "file" | "command" | "user" | "container";

export interface SequenceRule {
  readonly head: RuleHead;
  readonly evaluable: Evaluable;
  /** **Unit**: microseconds of event time, at most ten minutes. */
  readonly withinUs: number;
  readonly ordered: boolean;
  readonly steps: readonly SequenceStep[];
  /** Acts for which one holds are no step. */
  readonly except: readonly TestAct[];
  /** Fields that `same-…` relations compare; each mark keeps their values. */
  readonly compared: readonly ActField[];
  readonly indicators: ReadonlySet<IndicatorType>;
  readonly subjectStep: number;
  readonly subjectIs: SubjectIs;
}

/** An act that was taken as a step. Rules that want the same of one act share it. */
export interface Mark {
  readonly timeUs: TimeUs;
  readonly kind: ActKind;
  readonly execId: string;
  readonly parentExecId: string;
  readonly entryExecId: string;
  readonly pid: number;
  readonly startUs: TimeUs;
  readonly path: string;
  readonly address: string;
  readonly port: number;
  /** Of the tally: the value that counts as one, or the addend. */
  readonly tallied: string | number;
  readonly values: readonly string[];
}

/** What came together under one key. */
export interface Episode {
  readonly container: ContainerKey;
  lastUs: TimeUs;
  /** By step. **Order**: as they came. */
  readonly marks: Mark[][];
  /** Exec ids of subjects that were told already. */
  told: readonly string[];
}

/** **Order**: of each rule the key longest untouched first. */
export interface SequenceState {
  readonly rules: Map<string, Map<string, Episode>>;
  nextSweepUs: TimeUs;
  /** The latest act on a file: programs write one file in many pieces. */
  readonly latest: { kind: ActKind; execId: string; path: string; timeUs: TimeUs };
}
