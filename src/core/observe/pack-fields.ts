/**
 * Holds how many records of one shape become columns quickly.
 * In: records, and a reader a field. Out: what `pack-columns.ts` reads back.
 * Each reader is a function of its own: V8 then knows where in a record its field is. Asking all
 * records for a field by a name that is only known at run time takes several times as long.
 */
import type { Columns } from "./pack-columns.ts";

type Column = Columns["byKey"] extends ReadonlyMap<string, infer One> ? One : never;

/** What gives each field of a record, or of the row that stands for it. */
export type FieldReaders<T, Row = T> = { readonly [Key in keyof Row]?: (record: T) => Row[Key] };

/** **Order**: kept. **Cost**: one call a field. */
export function packFields<T, Row = T>(
  records: readonly T[],
  readers: FieldReaders<T, Row>,
): Columns {
  const byKey = new Map<string, Column>();
  for (const [key, read] of Object.entries(readers)) {
    byKey.set(key, packField(records, read as (record: T) => unknown));
  }
  return { kind: "records", count: records.length, byKey };
}

/** By the first value; where another is of another type, as they are. */
function packField<T>(records: readonly T[], read: (record: T) => unknown): Column {
  const [first] = records;
  const type = first === undefined ? "number" : typeof read(first);
  if (type === "number") return packNumbers(records, read) ?? packAny(records, read);
  if (type === "string") return packTexts(records, read) ?? packAny(records, read);
  return packAny(records, read);
}

function packAny<T>(records: readonly T[], read: (record: T) => unknown): Column {
  return { kind: "any", values: records.map(read) };
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
