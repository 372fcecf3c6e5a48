/**
 * Holds how lists of records are written by column, so that ten thousand findings fit a page.
 * In: plain records that all have the same keys. Out: a `PackedTable`; `client/unpack-table.ts`
 * turns it back into equal records. Equal parts are kept once, at any depth.
 */
import type { PackedColumn, PackedTable } from "./client/page-data.ts";

export function packTable(rows: readonly object[]): PackedTable {
  const [first] = rows;
  const columns: [string, PackedColumn][] = Object.keys(first ?? {}).map((key) => [
    key,
    packColumn(rows.map((row) => (row as Readonly<Record<string, unknown>>)[key] ?? null)),
  ]);
  return { n: rows.length, k: Object.fromEntries(columns) };
}

function packColumn(values: readonly unknown[]): PackedColumn {
  const known = values.filter((value) => value !== null);
  if (known.length > 0 && known.every(isTexts)) return packTexts(values);
  if (known.length > 0 && known.every(isRecords)) return packLists(values);
  if (known.length > 0 && known.every(isRecord)) return packRecords(values);
  const { distinct, indices } = dedupe(values);
  const isWorth = distinct.length * 2 < values.length;
  return isWorth ? { d: distinct, i: indices } : { v: values };
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isRecords(value: unknown): value is readonly object[] {
  return Array.isArray(value) && value.every(isRecord);
}

function packRecords(values: readonly unknown[]): PackedColumn {
  const { distinct, indices } = dedupe(values.filter(isRecord));
  let at = 0;
  return {
    t: packTable(distinct),
    i: values.map((value) => (value === null ? -1 : (indices[at++] ?? -1))),
  };
}

function packTexts(values: readonly unknown[]): PackedColumn {
  const lists = dedupe(values.map((value) => (isTexts(value) ? value : [])));
  const texts = dedupe(lists.distinct.flat());
  return { l: texts.distinct, a: cut(lists.distinct, texts.indices), i: lists.indices };
}

function packLists(values: readonly unknown[]): PackedColumn {
  const lists = dedupe(values.map((value) => (isRecords(value) ? value : [])));
  const records = dedupe(lists.distinct.flat());
  return {
    c: packTable(records.distinct),
    a: cut(lists.distinct, records.indices),
    i: lists.indices,
  };
}

/** The indices of flattened lists, in the lists they came from. */
function cut(lists: readonly (readonly unknown[])[], indices: readonly number[]) {
  let start = 0;
  return lists.map(({ length }) => {
    start += length;
    return indices.slice(start - length, start);
  });
}

/** **Order**: by first appearance. */
function dedupe<Value>(values: readonly Value[]) {
  const byKey = new Map<string, number>();
  const distinct: Value[] = [];
  const indices = values.map((value) => {
    const key = typeof value === "string" ? `s${value}` : (JSON.stringify(value) ?? "");
    const known = byKey.get(key);
    if (known !== undefined) return known;
    byKey.set(key, distinct.length);
    distinct.push(value);
    return distinct.length - 1;
  });
  return { distinct, indices };
}
