/**
 * Holds what one filter of a policy's selector lets through: paths, or a number.
 * In: an operator and its values. Out: patterns of paths, or whether a number passes.
 * Must never let through more than the kernel does; what is not understood is said to be unknown.
 */

/** `watched` holds alternatives, undefined when the filter only excepts. */
export interface PathFilter {
  readonly watched: readonly string[] | undefined;
  /** Patterns without `!`. */
  readonly excepted: readonly string[];
  readonly isUnderstood: boolean;
}

const everything: PathFilter = { watched: undefined, excepted: [], isUnderstood: true };

/** **Source**: operators of Tetragon v1.4 to v1.8, `pkg/selectors/kernel.go`. */
export function readPathFilter(operator: string, values: readonly string[]): PathFilter {
  const name = plainOperator(operator);
  const isNegated = name.startsWith("not");
  const sign = signs.get(isNegated ? name.slice(3) : name);
  if (sign !== undefined) {
    const patterns = values.map((value) => sign + value);
    if (isNegated) return { ...everything, excepted: patterns };
    return { ...everything, watched: patterns };
  }
  const onlyRegular = values.every((value) => /^reg/i.test(value));
  if (name === "filetype" && values.length > 0 && onlyRegular) return everything;
  return { ...everything, isUnderstood: false };
}

const signs: ReadonlyMap<string, string> = new Map([
  ["prefix", ""],
  ["equal", "="],
  ["postfix", "*"],
]);

function plainOperator(operator: string): string {
  const name = operator.toLowerCase();
  return synonyms.get(name) ?? name;
}

const synonyms: ReadonlyMap<string, string> = new Map([
  ["eq", "equal"],
  ["neq", "notequal"],
  ["gt", "greaterthan"],
  ["lt", "lessthan"],
]);

/** Whether a number passes; undefined when the filter is not understood. */
export function passesNumber(
  operator: string,
  values: readonly string[],
  sample: number,
): boolean | undefined {
  const numbers = values.map(readNumber);
  switch (plainOperator(operator)) {
    case "equal":
      return some(numbers, (value) => value === sample);
    case "notequal": {
      const found = some(numbers, (value) => value === sample);
      return found === undefined ? undefined : !found;
    }
    case "mask":
      return some(numbers, (value) => (value & sample) !== 0);
    case "greaterthan":
      return some(numbers, (value) => sample > value);
    case "lessthan":
      return some(numbers, (value) => sample < value);
    default:
      return undefined;
  }
}

function some(
  numbers: readonly (number | undefined)[],
  accept: (value: number) => boolean,
): boolean | undefined {
  const known = numbers.filter((value) => value !== undefined);
  if (known.some(accept)) return true;
  return known.length < numbers.length || numbers.length === 0 ? undefined : false;
}

function readNumber(text: string): number | undefined {
  const value = Number(text.trim());
  return text.trim() === "" || !Number.isInteger(value) ? undefined : value;
}
