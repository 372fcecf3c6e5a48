/**
 * Holds how many records of one shape become columns quickly.
 * In: records, and a reader a field. Out: what `pack-columns.ts` reads back.
 * Each reader is a function of its own: V8 then knows where in a record its field is. Asking all
 * records for a field by a name that is only known at run time takes several times as long.
 */
import { type Column, type Columns, packPlain } from "./column.ts";

/** What gives each field of a record, or of the row that stands for it. */
export type FieldReaders<T, Row = T> = { readonly [Key in keyof Row]?: (record: T) => Row[Key] };

/** **Order**: kept. **Cost**: one call a field. */
export function packFields<T, Row = T>(
  records: readonly T[],
  readers: FieldReaders<T, Row>,
): Columns {
  const byKey = new Map<string, Column>();
  for (const [key, given] of Object.entries(readers)) {
    const read = given as (record: T) => unknown;
    const plain = packPlain(records, read);
    byKey.set(key, plain ?? { kind: "any", values: records.map((record) => read(record)) });
  }
  return { kind: "records", count: records.length, byKey };
}
