/**
 * Holds what can be said of a rule when only some fields of an act are known: whether it may hold.
 * In: an expression, and which fields are known. Out: a test that reads no other field.
 * Must never say no of an act for which the expression holds.
 */
import type { ActField } from "../detect/act-fields.ts";
import type { Expression, Item, ReaderTest } from "./expression.ts";

export type KnowsField = (field: ActField) => boolean;

/** Undefined: the known fields rule out nothing. */
export function compileMayHold(expression: Expression, knows: KnowsField): ReaderTest | undefined {
  return compile(expression, knows, true);
}

/** Undefined: the known fields make nothing certain; else whether it holds whatever the others. */
export function compileMustHold(expression: Expression, knows: KnowsField): ReaderTest | undefined {
  return compile(expression, knows, false);
}

/** `isOpen`: what a question of an unknown field is taken for; that is undefined here. */
function compile(
  expression: Expression,
  knows: KnowsField,
  isOpen: boolean,
): ReaderTest | undefined {
  if (expression.kind === "item") return isKnown(expression, knows) ? expression.test : undefined;
  if (expression.kind === "not") {
    const test = compile(expression.part, knows, !isOpen);
    return test === undefined ? undefined : (reader) => !test(reader);
  }
  const tests = expression.parts.map((part) => compile(part, knows, isOpen));
  const decided = tests.filter((test) => test !== undefined);
  const isAnd = expression.kind === "and";
  // One that is taken for true makes an "or" true; one taken for false makes an "and" false.
  const isSettled = decided.length < tests.length && isAnd !== isOpen;
  if (isSettled || decided.length === 0) return undefined;
  const [only] = decided;
  if (decided.length === 1 && only !== undefined) return only;
  return (reader) => {
    for (const test of decided) if (test(reader) !== isAnd) return !isAnd;
    return isAnd;
  };
}

function isKnown({ fields }: Item, knows: KnowsField): boolean {
  return fields.every(knows);
}
