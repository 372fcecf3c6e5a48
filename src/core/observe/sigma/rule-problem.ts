/**
 * Holds what is wrong with a rule, as data.
 * In: nothing. Out: types only; who parsed the file knows which line a path is.
 */

export interface ValueProblem {
  /** Half a sentence. Words of the rule in it are hostile like the rule. */
  readonly message: string;
  /** The rule is right, but cannot be run here; else it is wrong. */
  readonly isUnsupported: boolean;
}

/** Keys and indexes from the root of the document. */
export type RulePath = readonly (string | number)[];

export interface RuleProblem extends ValueProblem {
  readonly path: RulePath;
  /** **Unit**: characters into the value there, where it is a text. */
  readonly offset?: number;
}
