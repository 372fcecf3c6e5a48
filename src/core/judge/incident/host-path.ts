/**
 * Holds by which paths the machine knows what a container wrote.
 * In: a path as a process of a container saw it. Out: paths of the machine that it may be.
 * Must never look through directories that every image has: its `/usr/lib` is not the machine's.
 */

/** What the first process shows of the machine, where a container sees it. */
const throughRoot = /^\/proc\/1\/root(\/.+)$/;
const ownDirectory =
  /^\/(?:bin|boot|dev|etc|home|lib\w*|opt|proc|root|run|sbin|srv|sys|usr|var)(?:\/|$)/;
const mountDepthMax = 3;
/** What a machine has at its root and somebody writes to, or runs from. */
const hostDirectory = /^\/(?:etc|home|lib|opt|proc|root|run|srv|sys|tmp|usr|var)\/./;

/**
 * A mount is known by what paths look like alone, so that `/mnt/root/etc/x` may be two files.
 * **Shape**: at most one for each directory that the mount may have.
 */
export function hostPathsOf(path: string): readonly string[] {
  const through = throughRoot.exec(path)?.[1];
  if (through !== undefined) return [through];
  if (ownDirectory.test(path)) return [];
  const found: string[] = [];
  let at = 0;
  for (let depth = 0; depth < mountDepthMax; depth += 1) {
    at = path.indexOf("/", at + 1);
    if (at < 0) break;
    if (hostDirectory.test(path.slice(at))) found.push(path.slice(at));
  }
  return found;
}
