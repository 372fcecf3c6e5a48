/**
 * Holds which files of a directory are rotated parts of a live one, and in which order they were
 * written, told by names alone.
 * In: the name of the live file, all names of its directory. Out: names, oldest content first, the
 * live file last. Must never give one content twice: what is being compressed is there as both.
 */
import { basename, extname } from "node:path";

interface Sibling {
  readonly name: string;
  /** Stamped names come first, then backups from the highest number down, then the live file. */
  readonly rank: number;
  readonly stamp: string;
  readonly backup: number;
}

export const gzipEnding = ".gz";

export function orderSiblings(live: string, names: readonly string[]): readonly string[] {
  const known = new Set(names);
  return names
    .filter((name) => !(name.endsWith(gzipEnding) && known.has(name.slice(0, -gzipEnding.length))))
    .flatMap((name) => readSibling(live, name) ?? [])
    .sort((a, b) => a.rank - b.rank || compareStamps(a.stamp, b.stamp) || b.backup - a.backup)
    .map(({ name }) => name);
}

function readSibling(live: string, name: string): Sibling | undefined {
  if (name === live) return { name, rank: 2, stamp: "", backup: 0 };
  const bare = name.endsWith(gzipEnding) ? name.slice(0, -gzipEnding.length) : name;
  const ending = extname(live);
  const stem = basename(live, ending);
  // `tetragon.log.3`, as logrotate and Docker name it.
  const backup = afterStart(bare, `${live}.`);
  if (/^\d{1,7}$/.test(backup)) return { name, rank: 1, stamp: "", backup: Number(backup) };
  // `tetragon-2026-03-15T00-06-32.475.log`, as the rotation of Tetragon's exporter names it.
  const before = bare.endsWith(ending) ? bare.slice(0, bare.length - ending.length) : "";
  // `tetragon.log-20260315`, `0.log.20260315-000632`: logrotate by date, container runtimes.
  for (const stamp of [afterStart(before, `${stem}-`), afterStart(bare, `${live}-`), backup]) {
    if (/^\d{8,14}(?:[-.]\d{1,10})?$|^\d{4}-\d\d-\d\dT[\d.-]{8,15}$/.test(stamp)) {
      return { name, rank: 0, stamp, backup: 0 };
    }
  }
  return undefined;
}

function afterStart(text: string, start: string): string {
  return text.startsWith(start) ? text.slice(start.length) : "";
}

function compareStamps(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
