/**
 * Holds what is news between two states of one fact.
 * In: two facts of one key. Out: equal, only counters moved, or news.
 */
import type { Citation, Fact } from "../../core/observe/fact.ts";

/** Fields that move with every event and change no verdict; further proofs of what has one. */
const counters: ReadonlySet<string> = new Set([
  "count",
  "lastSeenUs",
  "untilUs",
  "eventCount",
  "connectionCount",
  "failedCount",
  "sentBytes",
  "receivedBytes",
  "citations",
]);

/** Stands for proofs, one or more, that somebody else keeps: others are no news. */
export const keptElsewhere: readonly Citation[] = [];

export type FactNews = "equal" | "counted" | "news";

/** **Cost**: linear in the fields; nothing is allocated. */
export function compareFacts(before: Fact, after: Fact): FactNews {
  let news: FactNews = "equal";
  const old = before as unknown as Readonly<Record<string, unknown>>;
  const next = after as unknown as Readonly<Record<string, unknown>>;
  for (const key in next) {
    if (old[key] === keptElsewhere || isSame(old[key], next[key])) continue;
    // A first failure, byte or proof is news, the hundredth is not.
    const isFirst = isNone(old[key]) && !isImplied(key, old);
    if (!counters.has(key) || isFirst) return "news";
    news = "counted";
  }
  return news;
}

/** A flow without a connection was met in the midst of one, unless all that was seen had failed. */
function isImplied(key: string, before: Readonly<Record<string, unknown>>): boolean {
  return key === "connectionCount" && before["failedCount"] === 0;
}

function isNone(value: unknown): boolean {
  return value === 0 || (Array.isArray(value) && value.length === 0);
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && isSameList(a, b);
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  for (const key in right) if (!isSame(left[key], right[key])) return false;
  for (const key in left) if (!(key in right)) return false;
  return true;
}

/** Not key by key: each index would be made a text. */
function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1) if (!isSame(a[at], b[at])) return false;
  return true;
}
