/**
 * Holds the names that occur in one frame, as its index keeps them: all when they are few, else a
 * filter of fixed size.
 * In: names. Out: plain data for a line of JSON, and whether a name may be among them.
 */
import { mayHold, writeBloom } from "./bloom-filter.ts";
import { isIdStart, isOfContainer } from "./match-record.ts";

/** Names, or a filter in base64. */
export type NameSet = readonly string[] | { readonly bloom: string };

const nameCountMax = 64;
/** **Unit**: characters of all names. */
const lengthMax = 8192;
/** **Unit**: characters of an id by which people name containers; filters know that start too. */
const startLength = 12;

export function writeNames(names: ReadonlySet<string>): NameSet {
  let length = 0;
  for (const name of names) length += name.length;
  if (names.size <= nameCountMax && length <= lengthMax) return [...names];
  return { bloom: writeBloom(withStarts(names), names.size * 2) };
}

function* withStarts(names: Iterable<string>): Generator<string> {
  for (const name of names) {
    yield name;
    yield name.slice(0, startLength);
  }
}

export function mayHaveName(names: NameSet, wanted: string): boolean {
  const name = wanted.toWellFormed();
  return isList(names) ? names.includes(name) : mayHold(names.bloom, name);
}

export function mayHaveContainer(names: NameSet, wanted: string): boolean {
  if (isList(names)) return names.some((name) => isOfContainer(name, wanted));
  if (wanted === "host") return true;
  if (!isIdStart(wanted)) return mayHaveName(names, wanted);
  return wanted.length < startLength || mayHold(names.bloom, wanted.slice(0, startLength));
}

function isList(names: NameSet): names is readonly string[] {
  return Array.isArray(names);
}

/** **Errors**: undefined for what is none. */
export function readNames(value: unknown): NameSet | undefined {
  if (Array.isArray(value)) {
    const names: readonly unknown[] = value;
    return names.every((name) => typeof name === "string") ? names : undefined;
  }
  if (typeof value !== "object" || value === null || !("bloom" in value)) return undefined;
  const { bloom } = value;
  return typeof bloom === "string" && bloom !== "" ? { bloom } : undefined;
}
