/**
 * Holds the index from files of an image to the packages that own them.
 * In: one SBOM. Out: owners by path, whatever the path is called, and the files of each package.
 * Built once per SBOM and shared by its containers. Must never credit a package by name alone
 * where the SBOM knows the file.
 */
import { directoryOf } from "../inventory/container-path.ts";
import type { Package, Sbom } from "../inventory/image.ts";
import { type CodeFile, listCodeFiles } from "./code-files.ts";
import { plainModule, sourceOfByteCode } from "./ecosystems/python.ts";
import { classifyFile, type FileClass } from "./file-class.ts";
import { createImageLibraries, type ImageLibraries } from "./image-libraries.ts";
import { createImagePaths, type ImagePaths } from "./image-paths.ts";
import { createOwnerIndex, type Owner, type OwnerIndex } from "./owner-index.ts";
import { createProgramNames, type ProgramNames } from "./program-names.ts";

export interface FileOwners {
  readonly sbom: Sbom;
  readonly paths: ImagePaths;
  readonly libraries: ImageLibraries;
  /** Owners of the file and of each link on the way to it; empty when no package owns it. */
  ownersOf(path: string): readonly Owner[];
  /** As `ownersOf` for a path as a program was called by, which may be a link nobody lists. */
  ownersOfProgram(path: string): readonly Owner[];
  /** What kind of file it is, links followed. */
  classOf(path: string): FileClass;
  /** Files of a package whose use could be seen and would mean something; canonical paths. */
  codeFilesOf(packageId: string): readonly CodeFile[];
  /** Archives in a directory that are a package of their own. */
  archiveCountIn(directory: string): number;
}

/** Answers remembered per question; beyond it they are found each time. */
const memoryMax = 100_000;

/** **Cost**: linear in packages and files of the SBOM, once; then about a look-up per path. */
export function createFileOwners(sbom: Sbom): FileOwners {
  const paths = createImagePaths(sbom.files);
  const index = createOwnerIndex(sbom, paths);
  const libraries = createImageLibraries(sbom.files, paths, index.byPath.keys());
  const programs = createProgramNames({ sbom, paths, index });
  const parts = { paths, index, libraries, programs };
  const classOf = remember((path) => {
    const real = paths.resolve(path);
    return classifyFile(real, paths.fileAt(real));
  });
  const ownersOf = remember((path) => findOwners(path, parts));
  let codeFiles: ReadonlyMap<string, readonly CodeFile[]> | undefined;
  let archiveCounts: ReadonlyMap<string, number> | undefined;
  return {
    sbom,
    paths,
    libraries,
    ownersOf,
    ownersOfProgram: remember((path) => findProgramOwners(path, parts)),
    classOf,
    codeFilesOf: (packageId) => {
      codeFiles ??= listCodeFiles({ sbom, paths, index, classOf });
      return codeFiles.get(packageId) ?? [];
    },
    archiveCountIn: (directory) => {
      archiveCounts ??= countArchives(index);
      return archiveCounts.get(directory) ?? 0;
    },
  };
}

function remember<Answer>(ask: (path: string) => Answer): (path: string) => Answer {
  const answers = new Map<string, Answer>();
  return (path) => {
    const known = answers.get(path);
    if (known !== undefined) return known;
    const answer = ask(path);
    if (answers.size < memoryMax) answers.set(path, answer);
    return answer;
  };
}

interface Parts {
  readonly paths: ImagePaths;
  readonly index: OwnerIndex;
  readonly libraries: ImageLibraries;
  readonly programs: ProgramNames;
}

function findOwners(path: string, parts: Parts): readonly Owner[] {
  const { paths, index } = parts;
  const hops = paths.hops(path);
  const real = hops.at(-1) ?? path;
  const exact = hops.flatMap((hop) => index.byPath.get(hop) ?? []);
  const found = exact.length > 0 ? exact : aliasOwners(real, parts);
  const ecosystems = new Set(found.map(({ ecosystem }) => ecosystem));
  const trees = index.treesOver(real).filter(({ ecosystem }) => !ecosystems.has(ecosystem));
  return distinct([...found, ...trees]);
}

/** Other names of the same file, in order of how sure they are; the first that is owned counts. */
function aliasOwners(real: string, { index, paths, libraries }: Parts): readonly Owner[] {
  const sibling = paths.mergedSibling(real);
  const spellings = sibling === undefined ? [real] : [real, sibling];
  const aliases = [...spellings.slice(1), ...spellings.map(sourceOfByteCode)];
  aliases.push(...spellings.map(plainModule));
  if (paths.fileAt(real) === undefined) aliases.push(...spellings.map(libraries.ofSoname));
  for (const alias of aliases) {
    const owners = alias === undefined ? undefined : index.byPath.get(alias);
    if (owners !== undefined) return owners;
  }
  return [];
}

function findProgramOwners(path: string, parts: Parts): readonly Owner[] {
  const { paths, programs } = parts;
  const byLink = paths.hops(path).flatMap((hop) => programs.packagersOf(hop));
  const owners = findOwners(path, parts);
  const real = owners.length > 0 ? undefined : programs.realPathOf(path);
  const behind = real === undefined ? [] : findOwners(real, parts);
  return distinct([...owners, ...behind, ...byLink]);
}

function distinct(owners: readonly Owner[]): readonly Owner[] {
  const byPackage = new Map<Package, Owner>();
  for (const owner of owners) {
    if (!byPackage.has(owner.package)) byPackage.set(owner.package, owner);
  }
  return [...byPackage.values()];
}

function countArchives(index: OwnerIndex): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [path, owners] of index.byPath) {
    if (!owners.some(({ kind }) => kind === "archive")) continue;
    const directory = directoryOf(path);
    counts.set(directory, (counts.get(directory) ?? 0) + 1);
  }
  return counts;
}
