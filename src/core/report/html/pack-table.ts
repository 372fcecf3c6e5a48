/**
 * Holds how lists of records are written by column, so that ten thousand findings fit a page.
 * In: plain records that all have the same keys. Out: a `PackedTable`; `client/unpack-table.ts`
 * turns it back into equal records. Equal parts are kept once, at any depth.
 */
import { formatTime } from "../../event/format-time.ts";
import { isWireObject } from "../../event/wire-value.ts";
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
  if (known.length > 0 && known.every(isWireObject)) return packRecords(values);
  const { distinct, indices } = dedupe(values);
  if (distinct.length * 2 < values.length) return { d: packPlain(distinct), i: indices };
  return packPlain(values);
}

/** Whole numbers, alone or behind one prefix, as steps: those of a count are all alike. */
function packPlain(values: readonly unknown[]): PackedColumn {
  const prefix = /^[a-z]*/.exec(String(values[0]))?.[0] ?? "";
  const isNumbers = values.every((value) => Number.isSafeInteger(value));
  const isNames = values.every((value) => typeof value === "string" && isCount(value, prefix));
  const times = packTimes(values);
  if (times !== undefined) return times;
  if (values.length === 0 || (!isNumbers && !isNames)) return { v: values };
  const numbers = values.map((value) => Number(String(value).slice(isNumbers ? 0 : prefix.length)));
  const steps = numbers.map((number, index) => number - (numbers[index - 1] ?? 0));
  if (isNames) return { x: prefix, p: steps };
  const lengthOf = (list: readonly unknown[]) => JSON.stringify(list).length;
  return lengthOf(steps) < lengthOf(numbers) ? { p: steps } : { v: values };
}

/** Times of the program's own form, as microseconds after the earliest; null stays null. */
function packTimes(values: readonly unknown[]): PackedColumn | undefined {
  const times = values.map((value) => (typeof value === "string" ? readTime(value) : value));
  const known = times.filter((time) => typeof time === "number");
  const isWhole = values.some((value) => typeof value === "string");
  if (!isWhole || times.some((time) => time === undefined)) return undefined;
  if (values.some((value) => value !== null && typeof value !== "string")) return undefined;
  const start = known.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER);
  return { u: times.map((time) => (typeof time === "number" ? time - start : null)), s: start };
}

/** **Unit**: microseconds since 1970; undefined for what `formatTime` would write otherwise. */
function readTime(text: string): number | undefined {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(\d{3})Z$/.exec(text);
  const ms = found === null ? Number.NaN : Date.parse(`${found[1]}Z`);
  if (!Number.isFinite(ms)) return undefined;
  const timeUs = ms * 1000 + Number(found?.[2]);
  return formatTime(timeUs) === text ? timeUs : undefined;
}

/** `e12` behind `e`: to be written again from its number, so without leading zeros. */
function isCount(text: string, prefix: string): boolean {
  return text.startsWith(prefix) && /^(?:0|[1-9]\d{0,14})$/.test(text.slice(prefix.length));
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isRecords(value: unknown): value is readonly object[] {
  return Array.isArray(value) && value.every(isWireObject);
}

function packRecords(values: readonly unknown[]): PackedColumn {
  const { distinct, indices } = dedupe(values.filter(isWireObject));
  let at = 0;
  return {
    t: packTable(distinct),
    i: values.map((value) => (value === null ? -1 : (indices[at++] ?? -1))),
  };
}

function packTexts(values: readonly unknown[]): PackedColumn {
  const lists = dedupe(values.map((value) => (isTexts(value) ? value : [])));
  const texts = dedupe(lists.distinct.flat());
  return { l: packPlain(texts.distinct), a: cut(lists.distinct, texts.indices), i: lists.indices };
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

/**
 * **Order**: by first appearance. **Cost**: parts that are one object, and records with an id of
 * their own, are not written out to be compared.
 */
function dedupe<Value>(values: readonly Value[]) {
  const byKey = new Map<unknown, number>();
  const distinct: Value[] = [];
  const indices = values.map((value) => {
    const key = keyOf(value, values.length === 1);
    const known = byKey.get(value) ?? byKey.get(key);
    if (known !== undefined) return known;
    byKey.set(value, distinct.length);
    byKey.set(key, distinct.length);
    distinct.push(value);
    return distinct.length - 1;
  });
  return { distinct, indices };
}

function keyOf(value: unknown, isAlone: boolean): unknown {
  if (isAlone || typeof value !== "object" || value === null || "rank" in value) return value;
  return `json:${JSON.stringify(value)}`;
}
