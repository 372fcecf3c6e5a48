/**
 * Holds who read code in a container: its runtimes, and readers that open whole directories.
 * In: all uses of one container, the owners of its image. Out: runtimes, directories.
 * Must never call a directory wide for what a copying program opened.
 */
import { directoryOf } from "../inventory/container-path.ts";
import type { FileUseFact } from "../observe/fact.ts";
import type { FileOwners } from "./file-owners.ts";
import { createRuntimes, type Language, type Runtimes } from "./runtimes.ts";

export interface Readings {
  readonly runtimes: Runtimes;
  /** A runtime opened (nearly) all archives of the directory: that it opened one says nothing. */
  isWideOpening(path: string): boolean;
}

export function readingsOf(uses: readonly FileUseFact[], owners: FileOwners): Readings {
  const runtimes = createRuntimes(uses, (binary) => languageOfScript(binary, owners));
  const wide = findWideOpenings(uses, owners, runtimes);
  return { runtimes, isWideOpening: (path) => wide.has(directoryOf(owners.paths.resolve(path))) };
}

/** A few archives can be left out by name (a container's own skip list). */
const wideShare = 0.9;

function findWideOpenings(
  uses: readonly FileUseFact[],
  owners: FileOwners,
  runtimes: Runtimes,
): ReadonlySet<string> {
  const opened = new Map<string, Set<string>>();
  for (const use of uses) {
    const fileClass = owners.classOf(use.path);
    if (fileClass.kind !== "archive" || use.how === "written") continue;
    if (!use.binaries.some((binary) => runtimes.runs(binary, fileClass.language))) continue;
    const path = owners.paths.resolve(use.path);
    if (!owners.ownersOf(path).some(({ kind }) => kind === "archive")) continue;
    const paths = opened.get(directoryOf(path)) ?? new Set<string>();
    opened.set(directoryOf(path), paths.add(path));
  }
  const wide = new Set<string>();
  for (const [directory, paths] of opened) {
    const count = owners.archiveCountIn(directory);
    if (count > 1 && paths.size >= count * wideShare) wide.add(directory);
  }
  return wide;
}

const languageByType: ReadonlyMap<string, Language> = new Map([
  ["python", "python"],
  ["npm", "javascript"],
  ["gem", "ruby"],
  ["php-composer", "php"],
]);

/** A script that was executed runs under its own name: whose script it is tells its runtime. */
function languageOfScript(binary: string, owners: FileOwners): Language | undefined {
  const fileClass = owners.classOf(binary);
  if (fileClass.kind === "interpreted" && fileClass.language !== "shell") return fileClass.language;
  const mimeType = owners.paths.fileAt(owners.paths.resolve(binary))?.mimeType ?? "";
  if (fileClass.kind === "elf" && mimeType !== "") return undefined;
  const types = owners.ownersOf(binary).map((owner) => languageByType.get(owner.package.type));
  return types.find((language) => language !== undefined);
}
