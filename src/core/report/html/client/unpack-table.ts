/**
 * Holds the way back from columns to records.
 * In: a `PackedTable`. Out: its records; equal parts are one object, shared.
 * Must never take a key for more than a name: records have no prototype.
 */
import type { PackedColumn, PackedTable } from "./page-data.ts";

export function unpackTable(table: PackedTable): readonly Record<string, unknown>[] {
  const columns = Object.entries(table.k).map(
    ([key, column]) => [key, unpackColumn(column)] as const,
  );
  return Array.from({ length: table.n }, (_, row) => {
    const record: Record<string, unknown> = Object.create(null);
    for (const [key, values] of columns) record[key] = values[row];
    return record;
  });
}

function unpackColumn(column: PackedColumn): readonly unknown[] {
  if ("v" in column) return column.v;
  if ("d" in column) return column.i.map((index) => column.d[index]);
  if ("t" in column) {
    const records = unpackTable(column.t);
    return column.i.map((index) => records[index] ?? null);
  }
  const items: readonly unknown[] = "l" in column ? column.l : unpackTable(column.c);
  const lists = column.a.map((indices) => indices.map((index) => items[index]));
  return column.i.map((index) => lists[index] ?? []);
}
