/**
 * Holds what rules of one set asked already. Rules ask the same again and again: lists of shells,
 * of directories, of what is spared; of 15,600 values of the rules that ship 2,800 differ.
 * In: questions as they are made. Out: the same ones for whoever asks the same. Must never outlive
 * the reading of a set.
 */
import type { ActField } from "../detect/act-fields.ts";
import type { Item } from "./expression.ts";

/** How one value of a rule is compared with one value of an act: `scalar-test.ts` makes it. */
export interface ScalarTest {
  /** Most ask the text in lower case alone, which comes first: so they need no function around. */
  readonly test: (lower: string, text: string) => boolean;
  /** What it asks, in words of the rule: `contains /dev/tcp/`. */
  readonly label: string;
  /** In lower case, with what is known of its end; "" when nothing must occur. */
  readonly literal: string;
  /** Name of the file that a path must end in; "" when unknown. */
  readonly baseName: string;
}

/** **Shape**: keys are JSON of all that a question is made of, but for what a set has once. */
export interface KnownQuestions {
  readonly scalars: Map<string, ScalarTest>;
  /** Those of one field. */
  readonly items: Map<ActField, Map<string, Item>>;
}

export function startKnown(): KnownQuestions {
  return { scalars: new Map(), items: new Map() };
}

/** Of that field, made ready where there are none. */
export function knownOf({ items }: KnownQuestions, field: ActField): Map<string, Item> {
  const found = items.get(field);
  if (found !== undefined) return found;
  const made = new Map<string, Item>();
  items.set(field, made);
  return made;
}

/** Compiled rules keep the options that they were made with. */
export function forgetKnown({ scalars, items }: KnownQuestions): void {
  scalars.clear();
  items.clear();
}
