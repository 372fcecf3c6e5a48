/**
 * Holds the version order of Ruby gems.
 * In: `1.2.3`, `2.0.0.rc1`, `1.15.0-x86_64-linux` (the platform is left out). Out: -1, 0, 1.
 * **Source**: Gem::Version: any letter makes a pre-release, which sorts before its release.
 */
import { compareTokens, type Order, type Token, toNumber } from "./order.ts";

const ranks = { text: -1, end: 0, number: 1 } as const;
const platform = /-(?:x86|x64|i[3-6]86|amd64|arm|aarch|universal|java|jruby|mswin|mingw|ruby$).*$/i;

export function compareGem(a: string, b: string): Order {
  return compareTokens(tokens(a), tokens(b));
}

function tokens(version: string): readonly Token[] {
  const pieces =
    version
      .replace(platform, "")
      .replace(/-/g, ".pre.")
      .match(/\d+|[a-z]+/gi) ?? [];
  const found: Token[] = [];
  for (const piece of pieces) {
    const isNumber = /^\d/.test(piece);
    if (!isNumber) dropZeros(found);
    if (isNumber) found.push({ rank: ranks.number, value: toNumber(piece) });
    else found.push({ rank: ranks.text, value: piece });
  }
  dropZeros(found);
  return found;
}

function dropZeros(found: Token[]): void {
  while (found.at(-1)?.value === 0n) found.pop();
}
