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
  if ("p" in column) return addUp(column.p, column.x);
  if ("u" in column) return column.u.map((time) => writeTime(time, column.s));
  if ("d" in column) {
    const distinct = unpackColumn(column.d);
    return column.i.map((index) => distinct[index]);
  }
  if ("t" in column) {
    const records = unpackTable(column.t);
    return column.i.map((index) => records[index] ?? null);
  }
  const items = "l" in column ? unpackColumn(column.l) : unpackTable(column.c);
  const lists = column.a.map((indices) => indices.map((index) => items[index]));
  return column.i.map((index) => lists[index] ?? []);
}

function addUp(steps: readonly number[], prefix: string | undefined): readonly unknown[] {
  let sum = 0;
  return steps.map((step) => {
    sum += step;
    return prefix === undefined ? sum : `${prefix}${sum}`;
  });
}

function writeTime(time: number | null, startUs: number): string | null {
  if (time === null) return null;
  const timeUs = startUs + time;
  const rest = String(timeUs % 1000).padStart(3, "0");
  return new Date(Math.floor(timeUs / 1000)).toISOString().replace("Z", `${rest}Z`);
}
