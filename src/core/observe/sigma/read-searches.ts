/**
 * Holds the reading of a detection: named searches, and the condition that joins them.
 * In: plain data. Out: one expression, or what is wrong with it.
 * Must never leave out a search, also not one that the condition does not name.
 */
import type { SelectionOptions } from "./compile-item.ts";
import { readSelection } from "./compile-selection.ts";
import type { Expression } from "./expression.ts";
import { parseCondition } from "./parse-condition.ts";
import type { RulePath, RuleProblem } from "./rule-problem.ts";

/** Search identifiers and their condition; several conditions are joined by or. */
export function readSearches(
  detection: Readonly<Record<string, unknown>>,
  path: RulePath,
  options: SelectionOptions,
  problems: RuleProblem[],
): Expression | undefined {
  const known = new Map<string, Expression>();
  const before = problems.length;
  for (const [name, plain] of Object.entries(detection)) {
    if (name === "condition" || (path[0] === "filter" && name === "rules")) continue;
    const expression = readSelection(plain, [...path, name], options, problems);
    if (expression !== undefined) known.set(name, expression);
  }
  if (problems.length > before) return undefined;
  const given = detection["condition"];
  const conditions: readonly unknown[] = Array.isArray(given) ? given : [given];
  const parts: Expression[] = [];
  for (const [at, condition] of conditions.entries()) {
    const place = Array.isArray(given) ? [...path, "condition", at] : [...path, "condition"];
    const fail = (message: string, offset?: number) => {
      const problem = { path: place, message, isUnsupported: false };
      problems.push(offset === undefined ? problem : { ...problem, offset });
    };
    if (typeof condition !== "string") {
      fail("a detection needs a condition");
      continue;
    }
    const parsed = parseCondition(condition, known);
    if ("message" in parsed) fail(parsed.message, parsed.offset);
    else parts.push(parsed.expression);
  }
  const [only] = parts;
  if (parts.length < conditions.length || only === undefined) return undefined;
  return parts.length === 1 ? only : { kind: "or", parts };
}
