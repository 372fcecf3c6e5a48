/**
 * Holds what a column is, and how numbers and texts of many records become one.
 * In: records, and what reads one value of each. Out: a column, or that it would be none.
 */

/** **Shape**: as deep as the types of its records, however many there are. */
export type Column =
  | { readonly kind: "numbers"; readonly values: Int32Array | Float64Array }
  /** Each text once, and which one stands where. */
  | { readonly kind: "texts"; readonly texts: readonly string[]; readonly at: Uint32Array }
  /** One after the other, and how many are whose. */
  | { readonly kind: "lists"; readonly counts: Uint32Array; readonly items: Column }
  | { readonly kind: "any"; readonly values: readonly unknown[] }
  | Columns;

export interface Columns {
  readonly kind: "records";
  readonly count: number;
  readonly byKey: ReadonlyMap<string, Column>;
}

/** By the first value. Undefined: they are no numbers or texts, or as they are they are less. */
export function packPlain<T>(
  records: readonly T[],
  read: (record: T) => unknown,
): Column | undefined {
  const [first] = records;
  const type = first === undefined ? "number" : typeof read(first);
  if (type === "number") return packNumbers(records, read);
  return type === "string" ? packTexts(records, read) : undefined;
}

function packNumbers<T>(records: readonly T[], read: (record: T) => unknown): Column | undefined {
  const values = new Float64Array(records.length);
  let isSmall = true;
  for (let row = 0; row < records.length; row++) {
    const value = read(records[row] as T);
    if (typeof value !== "number") return undefined;
    if (isSmall && !Object.is(value | 0, value)) isSmall = false;
    values[row] = value;
  }
  return { kind: "numbers", values: isSmall ? Int32Array.from(values) : values };
}

/** **Unit**: texts that are looked at before it is known whether they come again. */
const triedCount = 128;

/** Undefined also where most texts are there once: looking them up costs more than it saves. */
function packTexts<T>(records: readonly T[], read: (record: T) => unknown): Column | undefined {
  const known = new Map<string, number>();
  const at = new Uint32Array(records.length);
  let latest: string | undefined;
  let index = 0;
  for (let row = 0; row < records.length; row++) {
    const value = read(records[row] as T);
    if (typeof value !== "string") return undefined;
    if (value !== latest) {
      index = known.get(value) ?? known.size;
      if (index === known.size) {
        if (index * 2 >= row + triedCount) return undefined;
        known.set(value, index);
      }
      latest = value;
    }
    at[row] = index;
  }
  return { kind: "texts", texts: [...known.keys()], at };
}
