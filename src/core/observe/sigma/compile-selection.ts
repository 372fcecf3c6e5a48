/**
 * Holds the making of a search identifier of a Sigma rule: what is named in `detection`.
 * In: plain data (a map, a list of maps, keywords). Out: something that tests acts and says why.
 * Must never leave out a part that it does not understand: then there is no selection.
 */
import type { ActField } from "../detect/act-fields.ts";
import type { ActReader } from "../detect/act-reader.ts";
import { compileItem, type SelectionOptions } from "./compile-item.ts";
import {
  compileExpression,
  type Expression,
  explainExpression,
  fieldsOf,
  type NeededText,
  neededTexts,
} from "./expression.ts";
import type { RulePath, RuleProblem } from "./rule-problem.ts";

export interface Selection {
  readonly expression: Expression;
  /** **Cost**: the act must have been shown to the reader. */
  test(reader: ActReader): boolean;
  /** Why, in words of the rule; asked only where it held. **Shape**: at most 4. */
  explain(reader: ActReader): readonly string[];
  readonly fields: ReadonlySet<ActField>;
  /** In lower case: one occurs wherever it holds; undefined when none must. */
  readonly needs: readonly NeededText[] | undefined;
}

export interface CompiledSelection {
  /** Undefined when there are problems. */
  readonly selection: Selection | undefined;
  readonly problems: readonly RuleProblem[];
}

/** **Errors**: values. */
export function compileSelection(
  plain: unknown,
  options: SelectionOptions,
  path: RulePath = [],
): CompiledSelection {
  const problems: RuleProblem[] = [];
  const expression = readSelection(plain, path, options, problems);
  if (expression === undefined || problems.length > 0) return { selection: undefined, problems };
  return { selection: toSelection(expression), problems };
}

/** What is asked, ready to be asked. */
export function toSelection(expression: Expression): Selection {
  return {
    expression,
    test: compileExpression(expression),
    explain: (reader) => explainExpression(expression, reader),
    fields: fieldsOf(expression),
    needs: neededTexts(expression),
  };
}

/** Undefined where it adds a problem. */
export function readSelection(
  plain: unknown,
  path: RulePath,
  options: SelectionOptions,
  problems: RuleProblem[],
): Expression | undefined {
  const fail = (message: string) => {
    problems.push({ path, message, isUnsupported: false });
    return undefined;
  };
  if (plain === null || plain === undefined) return fail("nothing is asked");
  if (typeof plain !== "object") return readKeywords([plain], path, options, problems);
  if (!Array.isArray(plain)) return readMap(plain as object, path, options, problems);
  if (plain.length === 0) return fail("a list without entries");
  const isMaps = plain.every((one) => typeof one === "object" && one !== null);
  if (!isMaps) return readKeywords(plain, path, options, problems);
  const parts = plain.map((one: unknown, at) =>
    Array.isArray(one)
      ? fail("a list within a list")
      : readMap(one as object, [...path, at], options, problems),
  );
  return join("or", parts);
}

/** Any of them. */
function readKeywords(
  values: readonly unknown[],
  path: RulePath,
  options: SelectionOptions,
  problems: RuleProblem[],
): Expression | undefined {
  const made = compileItem("", values, path, options);
  if ("kind" in made) return made;
  problems.push(made);
  return undefined;
}

function readMap(
  plain: object,
  path: RulePath,
  options: SelectionOptions,
  problems: RuleProblem[],
): Expression | undefined {
  const entries = Object.entries(plain);
  if (entries.length === 0) {
    problems.push({ path, message: "a map without fields", isUnsupported: false });
    return undefined;
  }
  const parts = entries.map(([key, value]) => {
    const made = compileItem(key, value, [...path, key], options);
    if ("kind" in made) return made;
    problems.push(made);
    return undefined;
  });
  return join("and", parts);
}

function join(
  kind: "and" | "or",
  parts: readonly (Expression | undefined)[],
): Expression | undefined {
  const whole = parts.filter((part) => part !== undefined);
  const [only] = whole;
  if (whole.length !== parts.length || only === undefined) return undefined;
  return whole.length === 1 ? only : { kind, parts: whole };
}
