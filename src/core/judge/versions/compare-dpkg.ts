/**
 * Holds the version order of Debian packages.
 * In: `[epoch:]upstream[-revision]`. Out: -1, 0, 1; never fails, whatever the text.
 * **Source**: Debian Policy §5.6.12.
 */
import { compareDigits, type Order } from "./order.ts";

export function compareDpkg(a: string, b: string): Order {
  const left = split(a);
  const right = split(b);
  return (
    compareDigits(left.epoch, right.epoch) ||
    comparePart(left.upstream, right.upstream) ||
    comparePart(left.revision, right.revision)
  );
}

function split(version: string): { epoch: string; upstream: string; revision: string } {
  const colon = /^(\d+):/.exec(version);
  const rest = version.slice(colon?.[0].length ?? 0);
  const dash = rest.lastIndexOf("-");
  return {
    epoch: colon?.[1] ?? "",
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? "" : rest.slice(dash + 1),
  };
}

/** Text and numbers take turns; text compares character by character, "~" before the end. */
function comparePart(a: string, b: string): Order {
  if (a === b) return 0;
  const left = pieces(a);
  const right = pieces(b);
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const mine = left[index] ?? "";
    const other = right[index] ?? "";
    if (mine === other) continue;
    const order = index % 2 === 0 ? compareText(mine, other) : compareDigits(mine, other);
    if (order !== 0) return order;
  }
  return 0;
}

function pieces(part: string): readonly string[] {
  const found: readonly string[] = part.match(/\d+|\D+/g) ?? [];
  return /^\d/.test(part) ? ["", ...found] : found;
}

function compareText(a: string, b: string): Order {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const mine = weigh(a, index);
    const other = weigh(b, index);
    if (mine !== other) return mine < other ? -1 : 1;
  }
  return 0;
}

function weigh(text: string, index: number): number {
  if (index >= text.length) return 0;
  const character = text.charAt(index);
  if (character === "~") return -1;
  const code = text.charCodeAt(index);
  return /[A-Za-z]/.test(character) ? code : code + 0x10000;
}
