/**
 * Holds which programs the names stand for that package lists leave out: links made by a package,
 * by its scripts or by the alternatives system.
 * In: an SBOM, its paths and owners. Out: the likely file, and the package that ships a link.
 * Must never answer where the SBOM itself knows the file, and never choose between two that fit.
 */
import { baseName, directoryOf } from "../inventory/container-path.ts";
import type { Package, Sbom } from "../inventory/image.ts";
import { ecosystemOf } from "./ecosystems/table.ts";
import type { ImagePaths } from "./image-paths.ts";
import type { Owner, OwnerIndex } from "./owner-index.ts";

export interface ProgramNames {
  /** File behind a program name that is not in the SBOM; undefined when not to be told. */
  realPathOf(path: string): string | undefined;
  /**
   * Package that ships an unlisted link in a system directory: Debian lists no links, but names
   * packages after their program (`redis-server` is a link into redis-tools).
   */
  packagersOf(link: string): readonly Owner[];
}

interface Parts {
  readonly sbom: Sbom;
  readonly paths: ImagePaths;
  readonly index: OwnerIndex;
}

const systemProgram = /^(?:\/usr)?\/s?bin\/[^/]+$/;

export function createProgramNames(parts: Parts): ProgramNames {
  const debs = new Map<string, Package>();
  for (const one of parts.sbom.packages) if (one.type === "deb") debs.set(one.name, one);
  let programs: ReadonlyMap<string, readonly string[]> | undefined;
  return {
    packagersOf: (link) => packagersOf(link, debs, parts),
    realPathOf: (path) => {
      programs ??= listPrograms(parts);
      return realPathOf(path, programs, parts);
    },
  };
}

function packagersOf(
  link: string,
  debs: ReadonlyMap<string, Package>,
  { sbom, paths, index }: Parts,
): readonly Owner[] {
  if (debs.size === 0 || !systemProgram.test(link)) return [];
  const spellings = [link, paths.mergedSibling(link) ?? link];
  if (spellings.some((one) => index.byPath.has(one))) return [];
  const file = paths.fileAt(link);
  if (file === undefined ? sbom.hasAllFiles : file.type !== "symlink") return [];
  if (file?.linkTarget.startsWith("/etc/alternatives/") === true) return [];
  const name = baseName(link);
  const found = debs.get(`${name}-minimal`) ?? debs.get(name);
  if (found === undefined) return [];
  return [{ package: found, ecosystem: ecosystemOf(found.type), kind: "file", isShared: false }];
}

/** Programs by base name: owned files of directories that hold programs. */
function listPrograms({ index }: Parts): ReadonlyMap<string, readonly string[]> {
  const programs = [...index.byPath.keys()].filter((path) => /\/s?bin\/[^/]+$/.test(path));
  return Map.groupBy(programs, baseName);
}

function realPathOf(
  path: string,
  programs: ReadonlyMap<string, readonly string[]>,
  { sbom, paths }: Parts,
): string | undefined {
  if (!/\/s?bin\/[^/]+$/.test(path) || paths.fileAt(paths.resolve(path)) !== undefined) {
    return undefined;
  }
  const name = baseName(path);
  const system = (one: string) => programs.get(one)?.find((at) => systemProgram.test(at));
  if (name === "sh")
    return shellsOf(sbom)
      .map(system)
      .find((one) => one !== undefined);
  const same = programs.get(name) ?? [];
  if (same.length === 1) return same[0];
  const versioned = [...programs.keys()].filter((one) => isVersionOf(one, name));
  const beside = versioned.flatMap((one) => programs.get(one) ?? []);
  const near = beside.filter((one) => isSameDirectory(one, path, paths));
  if (near.length === 1) return near[0];
  return hasApplets(sbom) && systemProgram.test(path) ? system("busybox") : undefined;
}

function isVersionOf(name: string, stem: string): boolean {
  return name.startsWith(stem) && /^[-.]?\d[\d.]*$/.test(name.slice(stem.length));
}

function isSameDirectory(one: string, other: string, paths: ImagePaths): boolean {
  const directories = [directoryOf(other), directoryOf(paths.mergedSibling(other) ?? other)];
  return directories.includes(directoryOf(one));
}

/** Distributions whose small programs are links to busybox made at installation. */
function hasApplets({ distro }: Sbom): boolean {
  return /^(?:alpine|wolfi|chainguard|openwrt|postmarketos)$/.test(distro?.id ?? "");
}

function shellsOf(sbom: Sbom): readonly string[] {
  if (hasApplets(sbom)) return ["busybox", "dash", "bash"];
  const ids = [sbom.distro?.id ?? "", ...(sbom.distro?.idLike ?? [])];
  return ids.includes("debian") || ids.includes("ubuntu")
    ? ["dash", "bash", "busybox"]
    : ["bash", "dash", "busybox"];
}
