/**
 * Holds the version order of Alpine packages (and of Gentoo's, which has the same form).
 * In: `1.2.3a_rc1-r4`. Out: -1, 0, 1; never fails, whatever the text.
 * **Source**: apk-package(5), "pkgver": numbers, one letter, suffixes, then the build revision.
 */
import { compareTokens, type Order, type Token, toNumber } from "./order.ts";

const ranks = {
  junk: -2,
  before: -1,
  end: 0,
  revision: 1,
  after: 2,
  letter: 3,
  number: 4,
} as const;
const suffixesBefore: readonly string[] = ["alpha", "beta", "pre", "rc"];
const suffixesAfter: readonly string[] = ["cvs", "svn", "git", "hg", "p"];

export function compareApk(a: string, b: string): Order {
  return compareTokens(tokens(a), tokens(b));
}

function tokens(version: string): readonly Token[] {
  const found: Token[] = [];
  const pattern = /\.?(\d+)|([a-z])(?![a-z])|_([a-z]+)(\d*)|-r(\d+)|~[0-9a-f]+/y;
  let end = 0;
  for (let match = pattern.exec(version); match !== null; match = pattern.exec(version)) {
    end = pattern.lastIndex;
    const [, number, letter, suffix, suffixNumber, revision] = match;
    if (number !== undefined) found.push({ rank: ranks.number, value: toNumber(number) });
    if (letter !== undefined) found.push({ rank: ranks.letter, value: letter });
    if (suffix !== undefined) found.push(...suffixTokens(suffix, suffixNumber ?? ""));
    if (revision !== undefined) found.push({ rank: ranks.revision, value: toNumber(revision) });
  }
  if (end < version.length) found.push({ rank: ranks.junk, value: version.slice(end) });
  return found;
}

function suffixTokens(suffix: string, number: string): readonly Token[] {
  const before = suffixesBefore.indexOf(suffix);
  const after = suffixesAfter.indexOf(suffix);
  const counted = { rank: ranks.number, value: toNumber(number) };
  if (before >= 0) return [{ rank: ranks.before, value: BigInt(before) }, counted];
  if (after >= 0) return [{ rank: ranks.after, value: BigInt(after) }, counted];
  return [{ rank: ranks.after, value: suffix }, counted];
}
