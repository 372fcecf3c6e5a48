/**
 * Holds questions that compare two fields of one act: `fieldref`.
 * In: modifiers, and names of fields as values. Out: an item, or why there is none.
 * Must never hold where one of the two is not known.
 */
import type { ActField, FieldTable, FieldValue } from "../detect/act-fields.ts";
import type { ActReader } from "../detect/act-reader.ts";
import type { Item } from "./expression.ts";
import type { PatternPlace } from "./pattern.ts";
import type { Modifiers } from "./read-modifiers.ts";
import type { RulePath, RuleProblem } from "./rule-problem.ts";

export function compileReference(
  modifiers: Modifiers,
  names: readonly string[],
  path: RulePath,
  table: FieldTable,
): Item | RuleProblem {
  const { field: name, isCased, isNegated, isAll, place } = modifiers;
  const others: ActField[] = [];
  for (const other of names) {
    const found = table.get(other);
    if (found === undefined) {
      const message = `there is no field ${JSON.stringify(other.slice(0, 60))} here`;
      return { path, message, isUnsupported: true };
    }
    others.push(found);
  }
  const field = table.get(name);
  if (field === undefined) return { path, message: "no field to compare", isUnsupported: false };
  const holds = (reader: ActReader, other: ActField): boolean => {
    const [left, right] = [textsOf(reader.value(field)), textsOf(reader.value(other))];
    const spell = (text: string) => (isCased ? text : text.toLowerCase());
    const equal = left.some((a) => right.some((b) => isAt(place, spell(a), spell(b))));
    return isNegated ? left.length > 0 && right.length > 0 && !equal : equal;
  };
  const test = (reader: ActReader) =>
    isAll !== isNegated
      ? others.every((other) => holds(reader, other))
      : others.some((other) => holds(reader, other));
  const word = isNegated ? "differs from" : "equals";
  return {
    ...{ kind: "item", fields: [field, ...others], needs: undefined, test },
    explain: () => `${name} ${word} ${names.join(", ")}`,
  };
}

function textsOf(value: FieldValue): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "object" ? value : [String(value)];
}

function isAt(place: PatternPlace, text: string, part: string): boolean {
  if (place === "start") return text.startsWith(part);
  if (place === "end") return text.endsWith(part);
  return place === "within" ? text.includes(part) : text === part;
}
