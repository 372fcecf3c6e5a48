/**
 * Holds which top directories the events of one sensor came from: what a policy that was not given
 * probably watches.
 * In: paths. Out: few directories. Must never keep more than `directoryCountMax`.
 */
const directoryCountMax = 64;

export interface TopDirectories {
  readonly directories: Set<string>;
  /** The latest that holds all paths below it; "" when none does. */
  latestDirectory: string;
}

/** **Cost**: one comparison for a path below the directory of the one before. */
export function noteDirectory(seen: TopDirectories, path: string): void {
  const { directories, latestDirectory } = seen;
  if (latestDirectory !== "" && path.startsWith(latestDirectory)) return;
  if (directories.size >= directoryCountMax) return;
  const directory = topDirectory(path);
  directories.add(directory);
  // Below one that is less deep there are others.
  seen.latestDirectory = /^\/[^/]*\/[^/]*\/$/.test(directory) ? directory : "";
}

/** `/usr/lib/` of `/usr/lib/x/y.so`; `/app/` of `/app/main.py`; `/` of `/init`. */
function topDirectory(path: string): string {
  const first = path.indexOf("/", 1);
  const second = first < 0 ? -1 : path.indexOf("/", first + 1);
  return path.slice(0, (second < 0 ? Math.max(first, 0) : second) + 1);
}
