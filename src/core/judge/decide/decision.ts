/**
 * Holds what a decision about a finding is: when to act, by which row, and what moved it.
 * In: nothing. Out: types only; the table is in `decision-table.ts`.
 */

/** Most urgent first. */
export const decisionNames = ["act-now", "soon", "scheduled", "next-upgrade"] as const;
export type DecisionName = (typeof decisionNames)[number];

export interface DecisionInput {
  readonly name: "kev" | "exposed" | "automatable" | "impact";
  readonly value: string;
  /** What it was taken from: a vector, the catalogue, a flow. */
  readonly basis: string;
  /** Nothing told it, and the safer side was taken. */
  readonly assumed: boolean;
}

export interface DecisionModifier {
  readonly name: "usage" | "privilege" | "reach" | "role" | "incident";
  /**
   * `raises`, `lowers`: by one step, what may explain a grave incident by more; `limited`: would
   * have lowered, and a limit forbids it.
   */
  readonly effect: "raises" | "lowers" | "limited" | "none";
  readonly because: string;
}

export interface Decision {
  readonly name: DecisionName;
  /** **Unit**: days from when it became known; null: with the next upgrade. */
  readonly deadlineDays: number | null;
  /** The table also asks to look whether it was exploited already. */
  readonly forensics: boolean;
  /** Row of the table, for example `kev=no exposed=yes automatable=yes impact=total`. */
  readonly row: string;
  /** What the row alone says. */
  readonly byTable: DecisionName;
  readonly inputs: readonly DecisionInput[];
  readonly modifiers: readonly DecisionModifier[];
}
