/**
 * Holds how two versions that were taken apart are compared: token by token, then by length.
 * In: lists of tokens, each with a rank for its kind. Out: -1, 0 or 1. Comparing lists this way is
 * a total order whatever the input, which the laws in `compare-versions.test.ts` hold us to.
 */

export type Order = -1 | 0 | 1;

/** One part of a version. `rank` says what kind sorts before what kind; then the value decides. */
export interface Token {
  readonly rank: number;
  readonly value: string | bigint;
}

/** **Order**: where one list ends, the other's next token is compared with `end`. */
export function compareTokens(
  a: readonly Token[],
  b: readonly Token[],
  end: Token = { rank: 0, value: "" },
): Order {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareToken(a[index] ?? end, b[index] ?? end);
    if (order !== 0) return order;
  }
  return 0;
}

function compareToken(a: Token, b: Token): Order {
  if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1;
  return compareValues(a.value, b.value);
}

/** Numbers by value, text by code unit; a number before a text. */
export function compareValues(a: string | bigint, b: string | bigint): Order {
  if (typeof a !== typeof b) return typeof a === "bigint" ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** **Unit**: digits of one number; the rest is ignored, so that no text is dear. */
const digitCountMax = 400;

/** Digits as a number. **Cost**: bounded. */
export function toNumber(digits: string): bigint {
  return digits === "" ? 0n : BigInt(digits.slice(0, digitCountMax));
}

/** The order of `toNumber` of both, without making numbers of them. */
export function compareDigits(a: string, b: string): Order {
  const left = significant(a);
  const right = significant(b);
  if (left.length !== right.length) return left.length < right.length ? -1 : 1;
  return compareValues(left, right);
}

function significant(digits: string): string {
  return digits.slice(0, digitCountMax).replace(/^0+/, "");
}

/** The first order that is not equal. */
export function firstOrder(...orders: readonly Order[]): Order {
  return orders.find((order) => order !== 0) ?? 0;
}
