/**
 * Holds what a rule asks as a tree: and, or, not, and single questions about a field.
 * In: trees. Out: one function to evaluate it, why it held, which fields it reads, and which texts
 * must occur. Must never answer "it must occur" of a text without which the tree can hold.
 */
import type { ActField } from "../detect/act-fields.ts";
import type { ActReader } from "../detect/act-reader.ts";

/** A text without which a question cannot be answered with yes. In lower case. */
export interface NeededText {
  readonly field: ActField;
  /** `name`: the last part of the path is this; `within`: it occurs anywhere. */
  readonly how: "name" | "within";
  readonly text: string;
}

/** One question about one field. */
export interface Item {
  readonly kind: "item";
  readonly fields: readonly ActField[];
  readonly test: (reader: ActReader) => boolean;
  /** In words of the rule; asked only where `test` held. */
  readonly explain: (reader: ActReader) => string;
  /** At least one of them occurs where it holds; undefined: nothing is known. */
  readonly needs: readonly NeededText[] | undefined;
}

export type Expression =
  | Item
  | { readonly kind: "and" | "or"; readonly parts: readonly Expression[] }
  | { readonly kind: "not"; readonly part: Expression };

export type ReaderTest = (reader: ActReader) => boolean;

/** **Order**: parts are asked as they stand. */
export function compileExpression(expression: Expression): ReaderTest {
  if (expression.kind === "item") return expression.test;
  if (expression.kind === "not") {
    const test = compileExpression(expression.part);
    return (reader) => !test(reader);
  }
  const tests = expression.parts.map(compileExpression);
  const [first, second] = tests;
  if (first !== undefined && tests.length === 1) return first;
  const isAnd = expression.kind === "and";
  if (first !== undefined && second !== undefined && tests.length === 2) {
    if (isAnd) return (reader) => first(reader) && second(reader);
    return (reader) => first(reader) || second(reader);
  }
  return (reader) => {
    for (const test of tests) if (test(reader) !== isAnd) return !isAnd;
    return isAnd;
  };
}

const reasonsMax = 4;

/** What made it hold; what was only excepted is not said. **Shape**: at most 4, each once. */
export function explainExpression(expression: Expression, reader: ActReader): readonly string[] {
  const reasons = new Set<string>();
  const visit = (part: Expression): void => {
    if (part.kind === "item") reasons.add(part.explain(reader));
    else if (part.kind === "and") for (const one of part.parts) visit(one);
    else if (part.kind === "or") {
      const held = part.parts.find((one) => compileExpression(one)(reader));
      if (held !== undefined) visit(held);
    }
  };
  visit(expression);
  return [...reasons].slice(0, reasonsMax);
}

/** All that it may read, each once. */
export function fieldsOf(expression: Expression): ReadonlySet<ActField> {
  const fields = new Set<ActField>();
  const visit = (part: Expression): void => {
    if (part.kind === "item") for (const field of part.fields) fields.add(field);
    else if (part.kind === "not") visit(part.part);
    else for (const one of part.parts) visit(one);
  };
  visit(expression);
  return fields;
}

const neededMax = 256;

/**
 * Texts of which one occurs wherever the expression holds, the rarest that can be told; undefined
 * when there are none.
 */
export function neededTexts(expression: Expression): readonly NeededText[] | undefined {
  if (expression.kind === "item") return usable(expression.needs);
  if (expression.kind === "not") return undefined;
  if (expression.kind === "or") {
    const all: NeededText[] = [];
    for (const part of expression.parts) {
      const needed = neededTexts(part);
      if (needed === undefined) return undefined;
      all.push(...needed);
    }
    return usable(all);
  }
  let best: readonly NeededText[] | undefined;
  for (const part of expression.parts) {
    const needed = neededTexts(part);
    if (needed === undefined) continue;
    if (best === undefined || frequency(needed) < frequency(best)) best = needed;
  }
  return best;
}

/** An empty text is everywhere; too many texts cost more than they spare. */
function usable(needed: readonly NeededText[] | undefined): readonly NeededText[] | undefined {
  if (needed === undefined || needed.length > neededMax) return undefined;
  return needed.some(({ text, how }) => text === "" && how === "within") ? undefined : needed;
}

/** What many acts have in common tells little, whatever its length. */
const telling: ReadonlySet<string> = new Set(
  (
    "Image CommandLine ParentImage ParentCommandLine TargetFilename SourceFilename exe comm name " +
    "binary arguments command words path other-path basename parent.name parent.binary " +
    "parent.command parent.arguments DestinationHostname SYSCALL a0 a1 a2 a3 a4"
  ).split(" "),
);

/** How often one of them is met, roughly: measured on command lines of recordings. */
function frequency(needed: readonly NeededText[]): number {
  return needed.reduce((sum, { field, how, text }) => {
    if (!telling.has(field.name)) return sum + 0.5;
    return sum + (how === "name" ? nameFrequency(text) : 1 / text.length ** 3);
  }, 0);
}

function nameFrequency(name: string): number {
  return /^(?:ba|da|a|z|k)?sh$|^python|^busybox$/.test(name) ? 0.2 : 0.01;
}
