/**
 * Holds what an expression is worth over values.
 * In: an expression, plain data. Out: its value; a trouble where kinds of values do not fit.
 * Must never take a value for an expression, nor reach anything but own keys of plain data: values
 * come from telemetry.
 */
import { type Level, levels } from "../../core/observe/detect/rule.ts";
import type { Compare, Expression, PathExpression } from "./expression.ts";

export type Values = Readonly<Record<string, unknown>>;

/** Thrown within a step only: the step fails with its message. */
export class ExpressionError extends Error {}

/** What is not there is null. **Errors**: throws `ExpressionError`. */
export function runExpression(expression: Expression, values: Values): unknown {
  switch (expression.kind) {
    case "value":
      return expression.value;
    case "list":
      return expression.items.map((item) => runExpression(item, values));
    case "path":
      return lookUp(expression, values) ?? null;
    case "not":
      return !asTruth(runExpression(expression.of, values));
    case "and":
      return asTruth(runExpression(expression.left, values))
        ? asTruth(runExpression(expression.right, values))
        : false;
    case "or":
      return asTruth(runExpression(expression.left, values))
        ? true
        : asTruth(runExpression(expression.right, values));
    case "exists":
      return runExpression(expression.of, values) !== null;
    case "length":
      return lengthOf(runExpression(expression.of, values));
    case "compare":
      return compare(
        expression.operator,
        runExpression(expression.left, values),
        runExpression(expression.right, values),
      );
  }
}

/** **Errors**: throws `ExpressionError` where it is neither true nor false; null is false. */
export function runCondition(expression: Expression, values: Values): boolean {
  return asTruth(runExpression(expression, values));
}

/** undefined where the path leads nowhere. */
export function lookUp({ parts }: PathExpression, values: Values): unknown {
  let value: unknown = values;
  for (const part of parts) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) {
      return undefined;
    }
    if (Array.isArray(value) && typeof part !== "number") return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[part];
  }
  return value;
}

function asTruth(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (value === null) return false;
  throw new ExpressionError(`${nameKind(value)} is neither true nor false`);
}

function lengthOf(value: unknown): number {
  if (value === null) return 0;
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  if (typeof value === "object") return Object.keys(value).length;
  throw new ExpressionError(`${nameKind(value)} has no length`);
}

function compare(operator: Compare, left: unknown, right: unknown): boolean {
  if (operator === "in") return isIn(left, right);
  if (operator === "==") return isSame(left, right);
  if (operator === "!=") return !isSame(left, right);
  const order = orderOf(left, right);
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

function isSame(left: unknown, right: unknown): boolean {
  for (const one of [left, right]) {
    if (typeof one === "object" && one !== null) {
      throw new ExpressionError(`${nameKind(one)} cannot be compared`);
    }
  }
  return left === right;
}

function isIn(value: unknown, place: unknown): boolean {
  if (Array.isArray(place)) return place.some((one) => isSame(value, one));
  if (place === null) return false;
  if (typeof place === "string" && typeof value === "string") return place.includes(value);
  throw new ExpressionError(`in looks into lists and texts, not into ${nameKind(place)}`);
}

/** Numbers, and severities by their order: `severity >= 'high'`. */
function orderOf(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const ranks = [levels.indexOf(left as Level), levels.indexOf(right as Level)] as const;
  if (ranks[0] >= 0 && ranks[1] >= 0) return ranks[0] - ranks[1];
  throw new ExpressionError(
    `${nameKind(left)} and ${nameKind(right)} have no order: numbers and severities have`,
  );
}

function nameKind(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  const names: Readonly<Record<string, string>> = {
    ...{ string: "a text", number: "a number", boolean: "a truth value", object: "a map" },
  };
  return names[typeof value] ?? "a value";
}
