/**
 * Holds how many records of one shape become few arrays, and records again.
 * In: records of numbers, texts, and lists or records of them. Out: a column a field. As records
 * each would be written with all its names, and with its texts however often they occur: several
 * times the bytes. Must give back exactly what was put in.
 */

import { type Column, type Columns, packPlain } from "./column.ts";

/** **Cost**: one pass a key. **Order**: kept. */
export function packColumns<T extends object>(
  records: readonly T[],
  keys: readonly (keyof T & string)[],
): Columns {
  const byKey = new Map<string, Column>();
  for (const key of keys) byKey.set(key, packColumn(records, key));
  return { kind: "records", count: records.length, byKey };
}

/** As `toColumn` would, without a list of all values where there is none in the end. */
function packColumn<T extends object>(records: readonly T[], key: keyof T & string): Column {
  const packed = packPlain(records, (record) => record[key]);
  return packed ?? toColumn(records.map((record) => record[key]));
}

/** Of records that all have the same keys, those of the first. */
export function packRows<T extends object>(rows: readonly T[]): Columns {
  const [first] = rows;
  return packColumns(rows, first === undefined ? [] : (Object.keys(first) as (keyof T & string)[]));
}

/** `start` gives an empty record, so that all that are read back have the shape of new ones. */
export function unpackColumns<T extends object>(columns: Columns, start: () => T): readonly T[] {
  const records = Array.from({ length: columns.count }, start);
  for (const [key, column] of columns.byKey) {
    const values = toValues(column);
    for (let row = 0; row < records.length; row++) {
      (records[row] as Record<string, unknown>)[key] = values[row];
    }
  }
  return records;
}

/** New plain records. A copy of one that has all the keys is filled faster than an empty one. */
export function unpackRows<T extends object>(columns: Columns): readonly T[] {
  const keys = Array.from(columns.byKey.keys(), (key) => [key, undefined] as const);
  const template = Object.fromEntries(keys) as T;
  return unpackColumns<T>(columns, () => ({ ...template }));
}

/** Each text once or more often, and which one stands where. */
export interface Texts {
  readonly texts: readonly string[];
  readonly at: Uint32Array;
}

/** **Errors**: without such a column there are none; so it is for all that is read by its key. */
export function readTexts({ byKey }: Columns, key: string): Texts {
  return toTexts(byKey.get(key));
}

/** Of a row. */
export function textAt({ texts, at }: Texts, row: number): string {
  return texts[at[row] ?? 0] ?? "";
}

/** One a row. */
export function readNumbers({ byKey }: Columns, key: string): ArrayLike<number> {
  return toValues(byKey.get(key) ?? noColumn) as ArrayLike<number>;
}

/** Items one after the other, and how many are whose. */
export function readLists({ byKey }: Columns, key: string) {
  const column = byKey.get(key) ?? noColumn;
  if (column.kind === "lists") return column;
  return toLists(Array.from(toValues(column)) as unknown[][]);
}

/** Where no list has an item, its items may be of any kind. */
export function toRecords(items: Column, keys: readonly string[]): Columns {
  if (items.kind === "records") return items;
  return packColumns(Array.from(toValues(items)) as Record<string, unknown>[], keys);
}

/** The same as texts that are numbered. */
export function toTexts(column: Column = noColumn): Texts {
  if (column.kind === "texts") return column;
  return numberTexts(Array.from(toValues(column)) as string[]);
}

const noColumn: Column = { kind: "any", values: [] };

function toColumn(values: readonly unknown[]): Column {
  const plain = packPlain(values, (value) => value);
  if (plain !== undefined) return plain;
  if (values.every(isList)) return toLists(values);
  const keys = sharedKeys(values);
  return keys === undefined ? { kind: "any", values } : packColumns(values as object[], keys);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The names of all, when they are plain records with the same ones. */
function sharedKeys(values: readonly unknown[]): readonly never[] | undefined {
  const [first] = values;
  if (!isRecord(first)) return undefined;
  const keys = Object.keys(first);
  const known = new Set(keys);
  return values.every((value) => hasKeys(value, known)) ? (keys as never[]) : undefined;
}

/** No list is made of them: there are tens of thousands of records. */
function hasKeys(value: unknown, keys: ReadonlySet<string>): boolean {
  if (!isRecord(value)) return false;
  let count = 0;
  for (const key in value) {
    if (!keys.has(key)) return false;
    count += 1;
  }
  return count === keys.size;
}

function isRecord(value: unknown): value is object {
  return (
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

function toLists(values: readonly (readonly unknown[])[]) {
  const counts = Uint32Array.from(values, ({ length }) => length);
  return { kind: "lists", counts, items: toColumn(values.flat()) } as const;
}

function numberTexts(values: readonly string[]): Texts {
  const known = new Map<string, number>();
  const at = new Uint32Array(values.length);
  let row = 0;
  for (const value of values) {
    let index = known.get(value);
    if (index === undefined) {
      index = known.size;
      known.set(value, index);
    }
    at[row++] = index;
  }
  return { texts: [...known.keys()], at };
}

function toValues(column: Column): ArrayLike<unknown> {
  switch (column.kind) {
    case "numbers":
    case "any":
      return column.values;
    case "texts":
      return Array.from(column.at, (index) => column.texts[index]);
    case "lists": {
      const items = Array.from(toValues(column.items));
      let end = 0;
      return Array.from(column.counts, (count) => {
        end += count;
        return items.slice(end - count, end);
      });
    }
    case "records":
      return unpackRows(column);
  }
}
