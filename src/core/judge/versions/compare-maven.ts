/**
 * Holds the version order of Maven, which also serves versions of no known scheme.
 * In: `1.2.3`, `2.3.0.RELEASE`, `1.0-SNAPSHOT`, `1.0.2k`. Out: -1, 0, 1; never fails.
 * **Source**: maven.apache.org/pom.html#version-order-specification: split at ".", "-", "_" and
 * between digits and letters; empty values before a dash and at the end are dropped.
 */
import { compareTokens, type Order, type Token, toNumber } from "./order.ts";

// "-1" is less than ".1", and every qualifier is less than a number; `end` is the release itself.
const ranks = { before: -1, end: 0, after: 1, text: 2, dashNumber: 3, dotNumber: 4 } as const;
const qualifiersBefore: readonly string[] = ["alpha", "beta", "milestone", "rc", "snapshot"];
const releaseWords: ReadonlySet<string> = new Set(["", "ga", "final", "release"]);
const aliases: ReadonlyMap<string, string> = new Map([["cr", "rc"]]);
const shortBeforeNumber: ReadonlyMap<string, string> = new Map([
  ["a", "alpha"],
  ["b", "beta"],
  ["m", "milestone"],
]);

export function compareMaven(a: string, b: string): Order {
  return compareTokens(tokens(a), tokens(b));
}

function tokens(version: string): readonly Token[] {
  const text = version
    .trim()
    .toLowerCase()
    .replace(/^v(?=\d)/, "");
  const pieces = [...text.matchAll(/([-._]?)(\d+|[^-._\d]+|(?=[-._]|$))/g)];
  const found: Token[] = [];
  pieces.forEach((piece, index) => {
    const [, separator = "", value = ""] = piece;
    const isNumber = /^\d/.test(value);
    const isFirst = index === 0;
    if (!isFirst && (!isNumber || separator !== ".")) dropEmpty(found);
    if (isNumber) {
      const rank = isFirst || separator === "." ? ranks.dotNumber : ranks.dashNumber;
      found.push({ rank, value: toNumber(value) });
    } else if (!releaseWords.has(value)) {
      found.push(qualifier(value, isDigit(pieces[index + 1])));
    }
  });
  dropEmpty(found);
  return found;
}

function isDigit(next: RegExpExecArray | undefined): boolean {
  return next !== undefined && next[1] === "" && /^\d/.test(next[2] ?? "");
}

function qualifier(value: string, beforeNumber: boolean): Token {
  const long = (beforeNumber ? shortBeforeNumber.get(value) : undefined) ?? value;
  const name = aliases.get(long) ?? long;
  const before = qualifiersBefore.indexOf(name);
  if (before >= 0) return { rank: ranks.before, value: BigInt(before) };
  return name === "sp" ? { rank: ranks.after, value: "" } : { rank: ranks.text, value: name };
}

function dropEmpty(found: Token[]): void {
  while (found.at(-1)?.value === 0n && (found.at(-1)?.rank ?? 0) >= ranks.dashNumber) found.pop();
}
