/**
 * Holds documents as JSON: two spaces of indent, one newline at the end.
 * In: plain data such as a report. Out: pieces of text, byte for byte the same for the same data.
 * Must never make one string of it: the report of ten thousand containers is longer than one can
 * be. Lone surrogates and characters that nobody sees come out as `\ud800` escapes.
 */
import { escapeJson } from "./safe-text.ts";

/** **Unit**: UTF-16 code units; a piece is at least as long, but for the last. */
const pieceLengthMin = 256 * 1024;
/** Levels whose members are made one by one: a report, its lists. */
const reportLevels = 2;

/**
 * **Order**: keys as they were set. Joined, it is what `JSON.stringify` gives, escapes apart.
 * `openLevels`: how deep the long lists lie; no single member below may be longer than a string.
 */
export function* renderJson(value: unknown, openLevels: number = reportLevels): Generator<string> {
  let piece = "";
  for (const part of partsOf(value, "", openLevels)) {
    piece += part;
    if (piece.length < pieceLengthMin) continue;
    yield piece;
    piece = "";
  }
  yield `${piece}\n`;
}

function* partsOf(value: unknown, indent: string, levels: number): Generator<string> {
  if (levels === 0 || typeof value !== "object" || value === null) {
    yield escapeJson(stringify(value).replaceAll("\n", `\n${indent}`));
    return;
  }
  const isList = Array.isArray(value);
  const members: Iterable<readonly [string, unknown]> = isList
    ? listMembers(value)
    : Object.entries(value).filter(([, member]) => member !== undefined);
  const inner = `${indent}  `;
  let start = isList ? "[" : "{";
  for (const [key, member] of members) {
    yield `${start}\n${inner}${isList ? "" : `${escapeJson(JSON.stringify(key))}: `}`;
    yield* partsOf(member, inner, levels - 1);
    start = ",";
  }
  const end = isList ? "]" : "}";
  yield start === "," ? `\n${indent}${end}` : `${start}${end}`;
}

function* listMembers(list: readonly unknown[]): Generator<readonly [string, unknown]> {
  for (const member of list) yield ["", member];
}

/** What has no place in JSON is null, as in a list. */
function stringify(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? "null";
}
