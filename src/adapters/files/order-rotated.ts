/**
 * Holds the order in which the files of one directory were written, told by their names alone.
 * In: names without their directory. Out: the same names, oldest content first: rotated exports by
 * their time stamp, numbered backups from the highest number down, the live file last; everything
 * else in natural order. Must never look at the clock of a file: copies lose it.
 */

interface Rotated {
  /** What all files of one rotation have in common: the name of the live file. */
  readonly family: string;
  /** Sorts within the family; "" is the live file and comes last. */
  readonly stamp: string;
  /** Number of a numbered backup, where 1 is the youngest; 0 when there is none. */
  readonly backup: number;
}

const compressed = /\.(gz|zst|zstd|xz)$/i;
/** `tetragon-2026-03-15T00-06-32.475.log`, as the rotation of Tetragon's exporter names it. */
const stampBeforeEnding = /^(.+)-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3})(\.[^.]*)?$/;
/** `0.log.20260315-000632`, as container runtimes under Kubernetes name it. */
const stampAfterEnding = /^(.+)\.(\d{8}-\d{6})$/;
/** `tetragon.log.3`, as logrotate and Docker name it. */
const numberAfterEnding = /^(.+\.[a-z]+)\.(\d{1,9})$/i;

/** **Order**: families in natural order, each from oldest to youngest. */
export function orderRotated(names: readonly string[]): readonly string[] {
  return names
    .map((name) => ({ name, rotated: readRotated(name) }))
    .sort((a, b) => compareRotated(a.rotated, b.rotated) || compareNatural(a.name, b.name))
    .map(({ name }) => name);
}

function readRotated(name: string): Rotated {
  const bare = name.replace(compressed, "");
  const before = stampBeforeEnding.exec(bare);
  if (before !== null) {
    return { family: `${before[1] ?? ""}${before[3] ?? ""}`, stamp: before[2] ?? "", backup: 0 };
  }
  const after = stampAfterEnding.exec(bare);
  if (after !== null) return { family: after[1] ?? "", stamp: after[2] ?? "", backup: 0 };
  const numbered = numberAfterEnding.exec(bare);
  if (numbered !== null) {
    return { family: numbered[1] ?? "", stamp: "", backup: Number(numbered[2]) };
  }
  return { family: bare, stamp: "", backup: 0 };
}

function compareRotated(a: Rotated, b: Rotated): number {
  const byFamily = compareNatural(a.family, b.family);
  if (byFamily !== 0) return byFamily;
  if (a.stamp !== b.stamp) {
    if (a.stamp === "" || b.stamp === "") return a.stamp === "" ? 1 : -1;
    return a.stamp < b.stamp ? -1 : 1;
  }
  return b.backup - a.backup;
}

/** Digits compare as numbers, all else by code unit, so that the order is the same everywhere. */
function compareNatural(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const one = left[index] ?? "";
    const other = right[index] ?? "";
    if (one === other) continue;
    const numeric = /^\d/.test(one) && /^\d/.test(other);
    const difference = numeric ? Number(one) - Number(other) : 0;
    if (difference !== 0) return difference;
    return one < other ? -1 : 1;
  }
  return left.length - right.length;
}
