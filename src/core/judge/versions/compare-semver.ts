/**
 * Holds the order of semantic versions, read loosely: npm, Go, Rust, NuGet and the like.
 * In: `v1.2.3-rc.1+build`, `1.2`, `1.2.3.4`, `go1.20rc1`. Out: -1, 0, 1; never fails.
 * What has no number at all (`(devel)`, `UNKNOWN`) sorts before everything else.
 * **Source**: semver.org 2.0.0 §11; go.dev/ref/mod#versions for pseudo-versions and +incompatible.
 */
import { compareTokens, compareValues, type Order, type Token, toNumber } from "./order.ts";

const ranks = { end: 0, number: 1, text: 2 } as const;

interface Parsed {
  readonly numbers: readonly Token[];
  readonly before: readonly Token[];
  readonly isRelease: boolean;
}

export function compareSemver(a: string, b: string): Order {
  const left = parse(a);
  const right = parse(b);
  if (left === undefined || right === undefined) {
    if (left !== undefined) return 1;
    return right === undefined ? compareValues(a, b) : -1;
  }
  const order = compareTokens(left.numbers, right.numbers);
  if (order !== 0) return order;
  if (left.isRelease !== right.isRelease) return left.isRelease ? 1 : -1;
  return compareTokens(left.before, right.before);
}

function parse(version: string): Parsed | undefined {
  const match = /^\s*[v=]?\s*(?:go)?(\d+(?:\.\d+)*)([^+]*)/i.exec(version);
  if (match === null) return undefined;
  const numbers = (match[1] ?? "").split(".").map(toNumber);
  while (numbers.at(-1) === 0n) numbers.pop();
  const rest = (match[2] ?? "").replace(/^[-.]/, "").trim();
  return {
    numbers: numbers.map((value) => ({ rank: ranks.number, value })),
    before: rest === "" ? [] : rest.split(/[.]/).flatMap(identifier),
    isRelease: rest === "",
  };
}

/** `rc1` counts as `rc`, `1`, so that rc10 comes after rc2 where no dot is written. */
function identifier(text: string): readonly Token[] {
  if (/^\d+$/.test(text)) return [{ rank: ranks.number, value: toNumber(text) }];
  const counted = /^([a-z]+)(\d+)$/i.exec(text);
  if (counted === null) return [{ rank: ranks.text, value: text }];
  return [
    { rank: ranks.text, value: counted[1] ?? "" },
    { rank: ranks.number, value: toNumber(counted[2] ?? "") },
  ];
}
