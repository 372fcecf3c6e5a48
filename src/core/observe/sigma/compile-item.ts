/**
 * Holds the making of one question of a rule: a field, its modifiers, its values.
 * In: `Image|endswith` and plain values. Out: an item of an expression, or why there is none.
 * Must never hold where the field is not known, but for `null` and `exists: false`.
 */
import type { ActField, FieldTable } from "../detect/act-fields.ts";
import type { ActReader } from "../detect/act-reader.ts";
import { compileReference } from "./compile-reference.ts";
import type { Item, NeededText } from "./expression.ts";
import { type KnownQuestions, knownOf, type ScalarTest } from "./known-questions.ts";
import { type Modifiers, readModifiers } from "./read-modifiers.ts";
import type { RuleProblem, ValueProblem } from "./rule-problem.ts";
import { comparing, compileScalar, type ScalarOptions } from "./scalar-test.ts";
import { timePart } from "./time-part.ts";

export interface SelectionOptions extends ScalarOptions {
  readonly fields: FieldTable;
  /** Where keywords are looked for: any of them. */
  readonly keywordFields: readonly ActField[];
}

export type Plain = string | number | boolean | null;

/** One value: any of its alternatives. */
interface ValueTest {
  readonly scalars: readonly ScalarTest[];
}

type Made = Item | RuleProblem;

export function compileItem(
  key: string,
  given: unknown,
  path: readonly (string | number)[],
  options: SelectionOptions,
): Made {
  const fail = (message: string, isUnsupported = false): RuleProblem => {
    return { path, message, isUnsupported };
  };
  const modifiers = readModifiers(key);
  if (typeof modifiers === "string") return fail(modifiers);
  const fields = fieldsFor(modifiers, options);
  if (fields.length === 0) return fail(`there is no field ${shown(modifiers.field)} here`, true);
  const values = Array.isArray(given) ? (given as readonly unknown[]) : [given];
  if (values.length === 0) return fail("a list without values");
  if (modifiers.isAll && values.length < 2) return fail("`all` needs more than one value");
  if (!values.every(isPlain)) return fail("a value is neither text nor number");
  const [first = null] = values;
  if (values.includes(null)) {
    if (values.length > 1) return fail("null cannot be one of several values");
    if (modifiers.value.kind !== "text") return fail("null does not go with this modifier");
    return presence(modifiers.field, fields, modifiers.isNegated);
  }
  if (modifiers.value.kind === "exists") {
    const isWanted = String(first).toLowerCase();
    if (values.length > 1 || !/^(?:true|false)$/.test(isWanted)) {
      return fail("exists is either true or false");
    }
    return presence(modifiers.field, fields, isWanted === "true");
  }
  if (modifiers.value.kind === "field") {
    return compileReference(modifiers, values.map(String), path, options.fields);
  }
  const [field] = fields;
  const shelf = options.known === undefined ? undefined : shelfFor(options.known, modifiers, field);
  const question = JSON.stringify([key, ...values.map(String)]);
  const before = shelf?.get(question);
  if (before !== undefined) return before;
  const tests: ValueTest[] = [];
  for (const [at, value] of values.entries()) {
    const scalars = scalarsOf(value ?? "", modifiers, fields, options);
    if ("message" in scalars) {
      return { ...scalars, path: Array.isArray(given) ? [...path, at] : path };
    }
    tests.push({ scalars });
  }
  const made = makeItem(modifiers, fields, tests);
  shelf?.set(question, made);
  return made;
}

/** Keywords have several fields, and parts of times are no texts: those are rare. */
function shelfFor(
  known: KnownQuestions,
  { field: name, value }: Modifiers,
  field: ActField | undefined,
): Map<string, Item> | undefined {
  if (name === "" || field === undefined || value.kind === "time") return undefined;
  return knownOf(known, field);
}

const isPlain = (value: unknown): value is Plain =>
  value === null || ["string", "number", "boolean"].includes(typeof value);
const shown = (name: string) => JSON.stringify(name.slice(0, 60));

function fieldsFor({ field }: Modifiers, options: SelectionOptions): readonly ActField[] {
  if (field === "") return options.keywordFields;
  const found = options.fields.get(field);
  return found === undefined ? [] : [found];
}

/** A keyword may stand anywhere. */
function scalarsOf(
  value: string | number | boolean,
  modifiers: Modifiers,
  fields: readonly ActField[],
  options: SelectionOptions,
): readonly ScalarTest[] | ValueProblem {
  const { value: kind } = modifiers;
  if (kind.kind === "time") {
    if (!fields.every(({ isTime }) => isTime)) {
      return { message: `${modifiers.field} is no time`, isUnsupported: false };
    }
    const bound = Number(value);
    if (!Number.isInteger(bound)) return { message: "no whole number", isUnsupported: false };
    const holds = comparing(kind.comparison, bound);
    const test = (_: string, text: string) => holds(timePart(Number(text), kind.part));
    return [{ test, label: `has the ${kind.part} ${bound}`, literal: "", baseName: "" }];
  }
  const isKeyword = modifiers.field === "" && modifiers.place === "whole";
  const placed = isKeyword ? { ...modifiers, place: "within" as const } : modifiers;
  return compileScalar(value, placed, options);
}

function presence(name: string, fields: readonly ActField[], isWanted: boolean): Item {
  return {
    ...{ kind: "item", fields, needs: undefined },
    test: (reader) => fields.some((one) => reader.value(one) !== undefined) === isWanted,
    explain: () => `${name} is ${isWanted ? "known" : "not known"}`,
  };
}

function makeItem(
  modifiers: Modifiers,
  fields: readonly ActField[],
  tests: readonly ValueTest[],
): Item {
  const { isAll, isNegated } = modifiers;
  const groups = isAll
    ? tests.map(({ scalars }) => scalars)
    : [tests.flatMap((one) => one.scalars)];
  const questions = fields.map((field) => groups.map((scalars) => askField(field, scalars)));
  const [only] = questions.length === 1 && groups.length === 1 ? (questions[0] ?? []) : [];
  const holds =
    only ??
    ((reader: ActReader) => questions.some((asked) => asked.every((question) => question(reader))));
  const test = isNegated
    ? (reader: ActReader) => fields.some((one) => reader.value(one) !== undefined) && !holds(reader)
    : holds;
  const name = modifiers.field === "" ? "text" : modifiers.field;
  return {
    ...{ kind: "item", fields, test },
    explain: (reader) => {
      const no = isNegated ? "not: " : "";
      return `${name} ${no}${explainValues(fields, groups, isNegated ? undefined : reader)}`;
    },
    needs: isNegated ? undefined : neededOf(fields, groups),
  };
}

/** Whether a value of the field, any of them, passes any of the tests. */
function askField(field: ActField, scalars: readonly ScalarTest[]) {
  const [first] = scalars;
  const passes =
    first !== undefined && scalars.length === 1
      ? first.test
      : (lower: string, text: string) => {
          for (const one of scalars) if (one.test(lower, text)) return true;
          return false;
        };
  return (reader: ActReader): boolean => {
    const value = reader.value(field);
    if (typeof value === "string") return passes(reader.lower(field), value);
    if (value === undefined) return false;
    if (typeof value !== "object") return passes(String(value), String(value));
    for (const one of value) if (passes(one.toLowerCase(), one)) return true;
    return false;
  };
}

function explainValues(
  fields: readonly ActField[],
  groups: readonly (readonly ScalarTest[])[],
  reader: ActReader | undefined,
): string {
  const labels = groups.map((scalars) => {
    const holding = scalars.find(
      (one) => reader !== undefined && fields.some((field) => askField(field, [one])(reader)),
    );
    return (holding ?? scalars[0])?.label ?? "";
  });
  return labels.slice(0, 4).join(", ");
}

/** Of `all` the longest text is enough; else each value must have one. */
function neededOf(
  fields: readonly ActField[],
  groups: readonly (readonly ScalarTest[])[],
): readonly NeededText[] | undefined {
  const [field] = fields;
  if (field === undefined || fields.length > 1 || kindFields.has(field.name)) return undefined;
  let best: readonly NeededText[] | undefined;
  let bestLength = 0;
  for (const scalars of groups) {
    const needed = scalars.map((one) => neededText(field, one));
    const shortest = Math.min(
      ...needed.map(({ text, how }) => (how === "name" ? 99 : text.length)),
    );
    if (shortest > bestLength) [best, bestLength] = [needed, shortest];
  }
  return best;
}

/** Follow from the kind of the act alone: rules are sorted by it anyway. */
export const kindFields: ReadonlySet<string> = new Set(["kind", "type", "nametype", "Initiated"]);

const pathFields: ReadonlySet<string> = new Set([
  ...["Image", "exe", "binary", "ParentImage", "parent.binary"],
]);

function neededText(field: ActField, { baseName, literal }: ScalarTest): NeededText {
  if (baseName !== "" && pathFields.has(field.name)) return { field, how: "name", text: baseName };
  return { field, how: "within", text: literal };
}
