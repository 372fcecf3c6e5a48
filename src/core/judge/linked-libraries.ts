/**
 * Holds which libraries must be loaded because programs that ran import them.
 * In: files that were executed or mapped. Out: the libraries of their import tables, and theirs.
 * Must never start from a file that was merely read, or that was changed after start.
 */
import type { FileUseFact } from "../observe/fact.ts";
import type { FileOwners } from "./file-owners.ts";
import type { ImagePaths } from "./image-paths.ts";

export interface LinkedLibrary {
  readonly path: string;
  /** The use that needs it. */
  readonly from: FileUseFact;
}

/** Far beyond any real closure; a hostile SBOM cannot make it grow. */
const libraryCountMax = 20_000;

/**
 * **Order**: of `roots`, breadth first; each library once, under the first root that needs it.
 * **Source**: `importedLibraries` of the SBOM, that is DT_NEEDED of elf(5).
 */
export function closeOverLibraries(
  roots: readonly FileUseFact[],
  { paths, libraries }: FileOwners,
): readonly LinkedLibrary[] {
  const seen = new Set<string>();
  const found: LinkedLibrary[] = [];
  const queue: LinkedLibrary[] = [];
  for (const from of roots) {
    const path = realPath(from, paths);
    if (!seen.has(path)) queue.push({ path, from });
    seen.add(path);
  }
  for (let at = 0; at < queue.length && found.length < libraryCountMax; at++) {
    const item = queue[at];
    if (item === undefined) break;
    for (const name of paths.fileAt(item.path)?.importedLibraries ?? []) {
      const path = libraries.resolve(name, item.path);
      if (path === undefined || seen.has(path)) continue;
      seen.add(path);
      const linked = { path, from: item.from };
      queue.push(linked);
      found.push(linked);
    }
  }
  return found;
}

function realPath({ path }: FileUseFact, paths: ImagePaths): string {
  const real = paths.resolve(path);
  const sibling = paths.mergedSibling(real);
  return paths.fileAt(real) === undefined && sibling !== undefined ? sibling : real;
}
