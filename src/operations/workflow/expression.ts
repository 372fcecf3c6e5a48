/**
 * Holds what an expression of a workflow is once it is read.
 * In: nothing. Out: types only. It has no way to call anything but `exists` and `length`, so it
 * always ends, and it reads nothing but the values that it is given.
 */
export type Compare = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in";

export type Expression =
  | { readonly kind: "value"; readonly value: string | number | boolean | null }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | PathExpression
  | { readonly kind: "not"; readonly of: Expression }
  | { readonly kind: "exists" | "length"; readonly of: Expression }
  | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: "compare";
      readonly operator: Compare;
      readonly left: Expression;
      readonly right: Expression;
    };

/** `steps.find.output.incidents[0].id`. **Shape**: the root first; numbers are places in lists. */
export interface PathExpression {
  readonly kind: "path";
  readonly parts: readonly (string | number)[];
}

/** Why a text is no expression, or why one has no value. */
export interface ExpressionTrouble {
  readonly message: string;
  /** **Unit**: UTF-16 code units into the text; 0 where it has no place. */
  readonly offset: number;
}
