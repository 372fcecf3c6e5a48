/**
 * Holds what it takes to run an expression: acts it can hold for, and whether those can be had.
 * In: an expression and the kinds of its source. Out: a selection, or why it never can run.
 */
import type { ActKind } from "../detect/act.ts";
import { evaluableByKinds } from "../detect/act-sensors.ts";
import type { Evaluable } from "../detect/rule.ts";
import { type Selection, toSelection } from "./compile-selection.ts";
import type { Expression } from "./expression.ts";
import { possibleKinds, pruneExpression } from "./possible-kinds.ts";

export interface Runnable {
  readonly evaluable: Evaluable;
  /** Undefined when it never can run. */
  readonly selection: Selection | undefined;
  /** Acts that it can hold for. */
  readonly kinds: readonly ActKind[];
}

/** What it takes to run an expression. */
export function runWith(expression: Expression, sourceKinds: readonly ActKind[]): Runnable {
  const kinds = possibleKinds(expression, sourceKinds);
  const why = "no event here carries together what it asks for";
  const evaluable: Evaluable =
    kinds.length === 0 ? { state: "never", why } : evaluableByKinds(kinds);
  const selection =
    kinds.length === 0 ? undefined : toSelection(pruneExpression(expression, kinds));
  return { kinds, evaluable, selection };
}
