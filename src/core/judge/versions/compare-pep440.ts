/**
 * Holds the version order of Python packages.
 * In: `[N!]1.2.3[{a|b|rc}N][.postN][.devN][+local]` in any accepted spelling. Out: -1, 0, 1.
 * What is no such version sorts before everything else, by text.
 * **Source**: packaging.python.org, version specifiers (PEP 440), "summary of permitted suffixes".
 */
import {
  compareTokens,
  compareValues,
  firstOrder,
  type Order,
  type Token,
  toNumber,
} from "./order.ts";

const ranks = { lowest: -1, text: 0, number: 1, highest: 2 } as const;

const pattern = new RegExp(
  [
    "^v?(?:(\\d+)!)?(\\d+(?:\\.\\d+)*)",
    "(?:[-_.]?(alpha|beta|preview|pre|a|b|c|rc)[-_.]?(\\d*))?",
    "(?:-(\\d+)|[-_.]?(post|rev|r)[-_.]?(\\d*))?",
    "(?:[-_.]?(dev)[-_.]?(\\d*))?",
    "(?:\\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$",
  ].join(""),
);

const preNames: ReadonlyMap<string, string> = new Map([
  ["alpha", "a"],
  ["beta", "b"],
  ["c", "rc"],
  ["pre", "rc"],
  ["preview", "rc"],
]);

export function comparePep440(a: string, b: string): Order {
  const left = parse(a);
  const right = parse(b);
  if (left === undefined || right === undefined) {
    if (left !== undefined) return 1;
    return right === undefined ? compareValues(a, b) : -1;
  }
  return firstOrder(
    compareValues(left.epoch, right.epoch),
    compareTokens(left.release, right.release),
    compareTokens(left.suffixes, right.suffixes),
    compareTokens(left.local, right.local, { rank: ranks.lowest, value: "" }),
  );
}

function parse(version: string) {
  const match = pattern.exec(version.trim().toLowerCase());
  if (match === null) return undefined;
  const [, epoch, release, pre, preNumber, dashPost, post, postNumber, dev, devNumber] = match;
  const numbers = (release ?? "").split(".").map(toNumber);
  while (numbers.at(-1) === 0n) numbers.pop();
  const hasPost = dashPost !== undefined || post !== undefined;
  return {
    epoch: toNumber(epoch ?? ""),
    release: numbers.map((value) => ({ rank: ranks.number, value })),
    suffixes: [
      ...preTokens(pre, preNumber, hasPost, dev !== undefined),
      hasPost ? number(dashPost ?? postNumber) : { rank: ranks.lowest, value: "" },
      dev === undefined ? { rank: ranks.highest, value: "" } : number(devNumber),
    ],
    local: (match[10] ?? "").split(/[-_.]/).filter(Boolean).map(localToken),
  };
}

/** Without a pre-release: 1.0.dev1 is before 1.0a1, and 1.0 after 1.0rc1. */
function preTokens(
  name: string | undefined,
  count: string | undefined,
  hasPost: boolean,
  hasDev: boolean,
): readonly Token[] {
  if (name !== undefined) {
    return [{ rank: ranks.text, value: preNames.get(name) ?? name }, number(count)];
  }
  const rank = hasDev && !hasPost ? ranks.lowest : ranks.highest;
  return [{ rank, value: "" }, number("")];
}

function number(digits: string | undefined): Token {
  return { rank: ranks.number, value: toNumber(digits ?? "") };
}

function localToken(text: string): Token {
  return /^\d+$/.test(text) ? number(text) : { rank: ranks.text, value: text };
}
