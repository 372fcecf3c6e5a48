/**
 * Holds whether labels fit a selector, where some labels may not be known.
 * In: a selector, a way to look a label up. Out: true, false, or undefined for "cannot be told".
 * **Source**: Kubernetes, label selectors; `NotIn` holds for an absent label too.
 */
import type { Requirement, Selector } from "../../inventory/cluster/cluster-objects.ts";

/** undefined: cannot be told. */
export type Truth = boolean | undefined;

/** The label may be there or not. */
export const unknownLabel: unique symbol = Symbol("unknown label");

/** undefined: there is no such label. */
export type LabelLookup = (key: string) => string | undefined | typeof unknownLabel;

export function matchSelector(selector: Selector, lookup: LabelLookup): Truth {
  return allOf(selector, (requirement) => meets(requirement, lookup));
}

function meets({ key, operator, values }: Requirement, lookup: LabelLookup): Truth {
  if (operator === "unknown") return undefined;
  const value = lookup(key);
  if (value === unknownLabel) return undefined;
  const isThere = value !== undefined;
  switch (operator) {
    case "Exists":
      return isThere;
    case "DoesNotExist":
      return !isThere;
    case "In":
      return isThere && values.includes(value);
    case "NotIn":
      return !isThere || !values.includes(value);
  }
}

/** False as soon as one is false; else undefined when one cannot be told. */
export function allOf<Value>(list: readonly Value[], test: (value: Value) => Truth): Truth {
  let result: Truth = true;
  for (const one of list) {
    const truth = test(one);
    if (truth === false) return false;
    if (truth === undefined) result = undefined;
  }
  return result;
}

/** True as soon as one is true; else undefined when one cannot be told. */
export function anyOf<Value>(list: readonly Value[], test: (value: Value) => Truth): Truth {
  let result: Truth = false;
  for (const one of list) {
    const truth = test(one);
    if (truth === true) return true;
    if (truth === undefined) result = undefined;
  }
  return result;
}
