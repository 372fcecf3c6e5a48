/**
 * Holds the version order of RPM packages (and of pacman, which took it over).
 * In: `[epoch:]version[-release]`. Out: -1, 0, 1; never fails, whatever the text.
 * **Source**: rpm-version(7): runs of digits and letters; "~" before the end, "^" just after it.
 */
import {
  compareTokens,
  compareValues,
  firstOrder,
  type Order,
  type Token,
  toNumber,
} from "./order.ts";

const ranks = { tilde: -1, end: 0, caret: 1, text: 2, number: 3 } as const;

export function compareRpm(a: string, b: string): Order {
  const left = split(a);
  const right = split(b);
  return firstOrder(
    compareValues(left.epoch, right.epoch),
    compareTokens(tokens(left.version), tokens(right.version)),
    compareTokens(tokens(left.release), tokens(right.release)),
  );
}

function split(version: string): { epoch: bigint; version: string; release: string } {
  const colon = /^(\d+):/.exec(version);
  const rest = version.slice(colon?.[0].length ?? 0);
  const dash = rest.lastIndexOf("-");
  return {
    epoch: toNumber(colon?.[1] ?? ""),
    version: dash < 0 ? rest : rest.slice(0, dash),
    release: dash < 0 ? "" : rest.slice(dash + 1),
  };
}

function tokens(part: string): readonly Token[] {
  return (part.match(/\d+|[A-Za-z]+|~|\^/g) ?? []).map((piece) => {
    if (piece === "~") return { rank: ranks.tilde, value: "" };
    if (piece === "^") return { rank: ranks.caret, value: "" };
    if (/^\d/.test(piece)) return { rank: ranks.number, value: toNumber(piece) };
    return { rank: ranks.text, value: piece };
  });
}
