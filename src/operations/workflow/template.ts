/**
 * Holds templates: `${{ inputs.since }}` in the values of a step.
 * In: values of a workflow. Out: compiled templates, what they refer to, their value over data.
 * A value that is one template keeps its type. Must never compile what a template gave.
 */
import type { Expression, ExpressionTrouble, PathExpression } from "./expression.ts";
import { readExpression } from "./read-expression.ts";
import { ExpressionError, lookUp, runExpression, type Values } from "./run-expression.ts";

export type Template =
  | { readonly kind: "plain"; readonly value: unknown }
  | { readonly kind: "whole"; readonly expression: Expression }
  | { readonly kind: "text"; readonly parts: readonly (string | Expression)[] }
  | { readonly kind: "list"; readonly items: readonly Template[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, Template])[] };

/** **Shape**: `path` leads to the value within what was compiled. */
export interface TemplateTrouble extends ExpressionTrouble {
  readonly path: readonly string[];
}

/** **Unit**: UTF-16 code units of a text that is put together. */
const textLengthMax = 1024 * 1024;

// No two alternatives begin alike, so a text is read once.
const opening = /\$\{\{((?:'[^']*'|[^'}]|\}(?!\}))*)\}\}/g;

/** **Errors**: each is noted, and its value stays as it stands. */
export function compileTemplate(
  value: unknown,
  path: readonly string[],
  note: (trouble: TemplateTrouble) => void,
): Template {
  if (Array.isArray(value)) {
    const items = value.map((item, at) => compileTemplate(item, [...path, String(at)], note));
    return { kind: "list", items };
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(
      ([key, one]) => [key, compileTemplate(one, [...path, key], note)] as const,
    );
    return { kind: "map", entries };
  }
  if (typeof value !== "string" || !value.includes("${{")) return { kind: "plain", value };
  return compileText(value, (trouble) => note({ ...trouble, path }));
}

function compileText(text: string, note: (trouble: ExpressionTrouble) => void): Template {
  const parts: (string | Expression)[] = [];
  let at = 0;
  for (const found of text.matchAll(opening)) {
    const before = text.slice(at, found.index);
    if (before !== "") parts.push(before);
    const [whole, inner = ""] = found;
    const read = readExpression(inner);
    if ("expression" in read) parts.push(read.expression);
    else note({ ...read.trouble, offset: found.index + 3 + read.trouble.offset });
    at = found.index + whole.length;
  }
  const rest = text.slice(at);
  if (rest.includes("${{")) {
    note({ message: "a template is not closed by }}", offset: at + rest.indexOf("${{") });
  }
  if (rest !== "") parts.push(rest);
  const [only] = parts;
  if (parts.length === 1 && typeof only === "object") return { kind: "whole", expression: only };
  return { kind: "text", parts };
}

/** All paths that it reads. */
export function pathsOfTemplate(template: Template): readonly PathExpression[] {
  switch (template.kind) {
    case "plain":
      return [];
    case "whole":
      return pathsOf(template.expression);
    case "text":
      return template.parts.flatMap((part) => (typeof part === "string" ? [] : pathsOf(part)));
    case "list":
      return template.items.flatMap(pathsOfTemplate);
    case "map":
      return template.entries.flatMap(([, one]) => pathsOfTemplate(one));
  }
}

/** All paths that it reads. */
export function pathsOf(expression: Expression): readonly PathExpression[] {
  switch (expression.kind) {
    case "value":
      return [];
    case "path":
      return [expression];
    case "list":
      return expression.items.flatMap(pathsOf);
    case "not":
    case "exists":
    case "length":
      return pathsOf(expression.of);
    default:
      return [...pathsOf(expression.left), ...pathsOf(expression.right)];
  }
}

/** **Errors**: throws `ExpressionError` where nothing is at a path. */
export function fillTemplate(template: Template, values: Values): unknown {
  switch (template.kind) {
    case "plain":
      return template.value;
    case "whole":
      return evaluate(template.expression, values);
    case "text":
      return joinText(template.parts, values);
    case "list":
      return template.items.map((item) => fillTemplate(item, values));
    case "map":
      return Object.fromEntries(
        template.entries.map(([key, one]) => [key, fillTemplate(one, values)]),
      );
  }
}

function joinText(parts: readonly (string | Expression)[], values: Values): string {
  let text = "";
  for (const part of parts) {
    text += typeof part === "string" ? part : asText(evaluate(part, values));
    if (text.length > textLengthMax) throw new ExpressionError("the text becomes too long");
  }
  return text;
}

function asText(value: unknown): string {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function evaluate(expression: Expression, values: Values): unknown {
  if (expression.kind !== "path") return runExpression(expression, values);
  const value = lookUp(expression, values);
  if (value === undefined) throw new ExpressionError(`nothing is at ${expression.parts.join(".")}`);
  return value;
}
