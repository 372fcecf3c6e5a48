/**
 * Holds which directories of an image are one package's alone: to watch one is to watch all of its
 * files, in one value.
 * In: an indexed SBOM, files of packages. Out: directories.
 * Must never give a directory in which another package has a file, or one that many share.
 */
import { directoryOf } from "../inventory/container-path.ts";
import type { FileOwners } from "../judge/file-owners.ts";

/** What belongs to the system or to many, even where one package fills it. */
const sharedDirectory = new RegExp(
  [
    "^/(?:usr(?:/local)?/)?(?:s?bin|lib(?:32|64|x32|exec)?|share|include|src|games)?$",
    "^/usr(?:/local)?$",
    "^/(?:etc|var|opt|home|root|tmp|srv|proc|sys|dev|run|mnt|media)(?:/[^/]*)?$",
    "^/usr/(?:lib|share)/[^/]*-linux-[^/]*$",
    "/(?:site-packages|dist-packages|node_modules|__pycache__)$",
  ].join("|"),
);

const applicationDirectory = /^\/(?:opt|home|srv)\/[^/]+$/;

/** True for what nobody may watch as a package's own. **Shape**: without a slash at the end. */
export function isSharedDirectory(directory: string): boolean {
  if (directory === "") return true;
  return sharedDirectory.test(directory) && !applicationDirectory.test(directory);
}

export interface OwnedTrees {
  /**
   * The topmost directories, each with at least two of the given files, that are that package's
   * alone. **Order**: sorted. **Shape**: with a slash at the end.
   */
  of(packageId: string, paths: readonly string[]): readonly string[];
}

/** **Cost**: one walk over the files of the SBOM, for those below directories of `asked`. */
export function findOwnedTrees(owners: FileOwners, asked: readonly string[]): OwnedTrees {
  const owned = new Map<string, ReadonlySet<string> | undefined>();
  for (const path of asked) for (const one of directoriesOver(path)) owned.set(one, undefined);
  for (const [path, { type }] of owners.sbom.files) {
    if (type === "file") narrow(path, owners, owned);
  }
  const isOwn = (directory: string, id: string) => owned.get(directory)?.has(id) === true;
  return {
    of: (packageId, paths) => {
      const counts = new Map<string, number>();
      for (const path of paths) {
        const top = directoriesOver(path).findLast((one) => isOwn(one, packageId));
        if (top !== undefined) counts.set(top, (counts.get(top) ?? 0) + 1);
      }
      const worth = [...counts].filter(([, count]) => count > 1);
      return worth.map(([directory]) => `${directory}/`).sort();
    },
  };
}

/** Keeps for each directory over the file those packages that own all of its files so far. */
function narrow(
  path: string,
  owners: FileOwners,
  owned: Map<string, ReadonlySet<string> | undefined>,
): void {
  const over = directoriesOver(path).filter((one) => owned.has(one) && owned.get(one)?.size !== 0);
  if (over.length === 0) return;
  const ids = owners.ownersOf(path).map((owner) => owner.package.id);
  // A file of nobody is no other package's: byte-code, caches, what a build left behind.
  if (ids.length === 0) return;
  for (const directory of over) {
    const before = owned.get(directory);
    const left = before === undefined ? ids : ids.filter((id) => before.has(id));
    owned.set(directory, new Set(left));
  }
}

/** **Order**: nearest first; without those that many share. */
function directoriesOver(path: string): readonly string[] {
  const found: string[] = [];
  for (let at = directoryOf(path); at.length > 1; at = directoryOf(at)) {
    if (!isSharedDirectory(at)) found.push(at);
  }
  return found;
}
