/**
 * Holds how one field of parsed JSON is read: as the wanted kind, as absent, or as a fault.
 * In: values of `JSON.parse`. Out: bounded text, numbers and lists; the first fault with its path.
 * Must never throw, and never trust a type.
 */

import { cutText, textLengthMax } from "../event/bounds.ts";
import { isWireObject } from "../event/wire-value.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

/** The first field of one element that had a wrong type; undefined while all is well. */
export interface Faults {
  first: string | undefined;
}

/** As in events: an object that is no list. */
export const isObject: (value: unknown) => value is JsonObject = isWireObject;

/** What a value is, in words for messages. */
export function nameKind(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}

function note(faults: Faults, key: string, expected: string, found: unknown): void {
  faults.first ??= `${key}: expected ${expected}, found ${nameKind(found)}`;
}

/** Absent and null read as "". **Shape**: cut to the length of a path. */
export function readText(record: JsonObject, key: string, faults: Faults): string {
  const value = record[key];
  if (typeof value === "string") return cutText(value, textLengthMax.path);
  if (value !== undefined && value !== null) note(faults, key, "text", value);
  return "";
}

/** Like `readText`, but absent and empty are faults too. */
export function readRequiredText(record: JsonObject, key: string, faults: Faults): string {
  const value = readText(record, key, faults);
  const found = record[key] === "" ? "empty text" : nameKind(record[key]);
  if (value === "") faults.first ??= `${key}: expected text, found ${found}`;
  return value;
}

/** Absent and null read as no object. */
export function readObject(
  record: JsonObject,
  key: string,
  faults: Faults,
): JsonObject | undefined {
  const value = record[key];
  if (isObject(value)) return value;
  if (value !== undefined && value !== null) note(faults, key, "an object", value);
  return undefined;
}

/** Absent and null read as an empty list. */
export function readList(record: JsonObject, key: string, faults: Faults): readonly unknown[] {
  const value = record[key];
  if (Array.isArray(value)) return value;
  if (value !== undefined && value !== null) note(faults, key, "a list", value);
  return [];
}

/** The objects of a list; elements of another kind are left out and noted. */
export function readObjects(
  record: JsonObject,
  key: string,
  faults: Faults,
): readonly JsonObject[] {
  const list = readList(record, key, faults);
  if (list.every(isObject)) return list;
  const stray = list.find((one) => !isObject(one));
  note(faults, `${key}[${list.indexOf(stray)}]`, "an object", stray);
  return list.filter(isObject);
}

/** The texts of a list; a single text reads as a list of one. */
export function readTexts(record: JsonObject, key: string, faults: Faults): readonly string[] {
  const value = record[key];
  if (typeof value === "string") return value === "" ? [] : [cutText(value, textLengthMax.path)];
  const list = readList(record, key, faults);
  const stray = list.findIndex((one) => typeof one !== "string");
  if (stray >= 0) note(faults, `${key}[${stray}]`, "text", list[stray]);
  return list
    .filter((one) => typeof one === "string")
    .map((one) => cutText(one, textLengthMax.path));
}

/** Absent and null read as undefined; so do infinite numbers. */
export function readNumber(record: JsonObject, key: string, faults: Faults): number | undefined {
  const value = record[key];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (value !== undefined && value !== null) note(faults, key, "a number", value);
  return undefined;
}

/** Absent and null read as undefined. */
export function readFlag(record: JsonObject, key: string, faults: Faults): boolean | undefined {
  const value = record[key];
  if (typeof value === "boolean") return value;
  if (value !== undefined && value !== null) note(faults, key, "true or false", value);
  return undefined;
}

/** Untrusted text for a message: quoted, capped, without control characters. */
export function quoteText(text: string): string {
  return JSON.stringify(cutText(text, 120));
}
