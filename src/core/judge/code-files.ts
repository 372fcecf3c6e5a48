/**
 * Holds which files of a package would show its use, and what kind each is.
 * In: the index of an image. Out: per package the files that coverage is judged by.
 * Must never list what proves nothing: documentation, metadata, configuration, directories.
 */
import type { Sbom } from "../inventory/image.ts";
import type { FileClass } from "./file-class.ts";
import type { ImagePaths } from "./image-paths.ts";
import type { CodeFile } from "./judge-coverage.ts";
import type { Owner, OwnerIndex } from "./owner-index.ts";

export type { CodeFile };

interface Parts {
  readonly sbom: Sbom;
  readonly paths: ImagePaths;
  readonly index: OwnerIndex;
  readonly classOf: (path: string) => FileClass;
}

/** **Shape**: by package id; packages without such files have no entry. */
export function listCodeFiles(parts: Parts): ReadonlyMap<string, readonly CodeFile[]> {
  const { sbom, paths, index, classOf } = parts;
  const isMerged = hasMergedUsr(sbom);
  const found = new Map<string, Map<string, CodeFile>>();
  const add = (owner: Owner, path: string, kind: CodeFile["kind"]) => {
    const sibling = isMerged && !path.startsWith("/usr/") ? paths.mergedSibling(path) : undefined;
    const kernelPath = sibling ?? path;
    const files = found.get(owner.package.id) ?? new Map<string, CodeFile>();
    files.set(kernelPath, { path: kernelPath, kind });
    found.set(owner.package.id, files);
  };
  for (const [path, owners] of index.byPath) {
    if (paths.fileAt(path)?.type === "symlink") continue;
    const isListed = paths.fileAt(path) !== undefined;
    for (const owner of owners) {
      if (owner.isGuess === true && !isListed) continue;
      const kind = kindOf(owner, path, classOf(path));
      if (kind !== undefined) add(owner, path, kind);
    }
  }
  addTrees(parts, add);
  return new Map([...found].map(([id, files]) => [id, [...files.values()]]));
}

function kindOf(owner: Owner, path: string, fileClass: FileClass): CodeFile["kind"] | undefined {
  if (owner.kind === "part") return "elf";
  if (owner.kind === "archive" || owner.kind === "nested") return "archive";
  if (owner.ecosystem.isMetadata(path)) return undefined;
  switch (fileClass.kind) {
    case "elf":
    case "interpreted":
    case "archive":
    case "data":
      return fileClass.kind;
    default:
      return undefined;
  }
}

function addTrees(
  { sbom, index, classOf }: Parts,
  add: (owner: Owner, path: string, kind: CodeFile["kind"]) => void,
): void {
  if (index.byTree.size === 0) return;
  const filled = new Set<Owner>();
  const present = new Set<Owner>();
  for (const [path, file] of sbom.files) {
    if (file.type !== "file") continue;
    for (const owner of index.treesOver(path)) {
      present.add(owner);
      const kind = kindOf(owner, path, classOf(path));
      if (kind === undefined) continue;
      add(owner, path, kind);
      filled.add(owner);
    }
  }
  // A directory that is not in the image shows nothing, however well it is watched.
  const mayExist = (owner: Owner) =>
    present.has(owner) || (owner.isGuess !== true && !sbom.hasAllFiles);
  for (const [directory, owners] of index.byTree) {
    for (const owner of owners) {
      if (!filled.has(owner) && mayExist(owner)) add(owner, `${directory}/`, "interpreted");
    }
  }
}

/** The kernel names files by `/usr/lib` where `/lib` is a link that the SBOM does not list. */
function hasMergedUsr(sbom: Sbom): boolean {
  let isUsrSeen = false;
  for (const [path, file] of sbom.files) {
    if (file.type !== "file") continue;
    if (/^\/(?:s?bin|lib(?:32|64)?)\//.test(path)) return false;
    isUsrSeen ||= path.startsWith("/usr/");
  }
  return isUsrSeen;
}
