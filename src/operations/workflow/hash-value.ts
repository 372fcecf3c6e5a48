/**
 * Holds the hash of plain data: equal data has equal hashes, whatever the order of its keys.
 * In: plain data. Out: SHA-256 of its JSON.
 */
import { sha256 } from "../../core/judge/fingerprint.ts";

const encoder = new TextEncoder();

export function hashText(text: string): string {
  return sha256(encoder.encode(text));
}

export function hashValue(value: unknown): string {
  return hashText(JSON.stringify(value, sortKeys) ?? "null");
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
