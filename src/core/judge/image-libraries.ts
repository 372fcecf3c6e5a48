/**
 * Holds how shared libraries are found in an image by the name that programs import them under.
 * In: the files of an SBOM. Out: the path that a name leads to, and the names it stands for.
 * Must never guess between two files that fit equally well.
 */
import { directoryOf } from "../inventory/container-path.ts";
import type { ImageFile } from "../inventory/image.ts";
import type { ImagePaths } from "./image-paths.ts";

export interface ImageLibraries {
  /**
   * File that `name` (a DT_NEEDED entry) of `importer` loads; undefined when not in the image or
   * not to be told. **Source**: ld.so(8), without RPATH, which the SBOM does not carry.
   */
  resolve(name: string, importer: string): string | undefined;
  /** A library's versioned file in the same directory, for a SONAME whose link is not listed. */
  ofSoname(path: string): string | undefined;
}

const libraryName = /\.so(?:\.|$)/;

export function createImageLibraries(
  files: ReadonlyMap<string, ImageFile>,
  paths: ImagePaths,
  declared: Iterable<string>,
): ImageLibraries {
  const byName = new Map<string, string[]>();
  const byDirectory = new Map<string, string[]>();
  const add = (path: string) => {
    const slash = path.lastIndexOf("/");
    const name = path.slice(slash + 1);
    if (!libraryName.test(name)) return;
    push(byName, name, path);
    push(byDirectory, path.slice(0, slash), name);
  };
  for (const path of files.keys()) add(path);
  for (const path of declared) if (!files.has(path)) add(path);
  const ofSoname = (path: string) => {
    const slash = path.lastIndexOf("/");
    const name = path.slice(slash + 1);
    if (!libraryName.test(name)) return undefined;
    const found = versionedName(name, byDirectory.get(path.slice(0, slash)) ?? []);
    return found === undefined ? undefined : `${path.slice(0, slash)}/${found}`;
  };
  return {
    ofSoname,
    resolve: (name, importer) => {
      if (name.includes("/")) return paths.resolve(name);
      const musl = muslLoader(name);
      const named = byName.get(name) ?? (musl === undefined ? undefined : byName.get(musl));
      const candidates = named ?? versionedCandidates(name, byDirectory);
      const chosen = choose(candidates, importer);
      return chosen === undefined ? undefined : paths.resolve(chosen);
    },
  };
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** musl's libc is its loader: `libc.musl-x86_64.so.1` is `/lib/ld-musl-x86_64.so.1`. */
function muslLoader(name: string): string | undefined {
  const match = /^libc\.musl-([\w]+)\.so\.1$/.exec(name);
  return match === null ? undefined : `ld-musl-${match[1]}.so.1`;
}

/**
 * `libz.so.1` → `libz.so.1.2.8`; before glibc 2.34 also `libm.so.6` → `libm-2.31.so` and
 * `ld-linux-x86-64.so.2` → `ld-2.31.so`.
 */
function versionedName(name: string, names: readonly string[]): string | undefined {
  const longer = names.filter((one) => one.startsWith(`${name}.`)).sort();
  if (longer.length > 0) return longer[0];
  const old = /^(?:(ld)-linux[-\w]*|(lib[-\w]+?))\.so\.\d+$/.exec(name);
  const stem = old?.[1] ?? old?.[2];
  if (stem === undefined) return undefined;
  const found = names.filter((one) => {
    const rest = one.startsWith(`${stem}-`) ? one.slice(stem.length + 1) : "";
    return /^\d[\d.]*\.so$/.test(rest);
  });
  return found.sort()[0];
}

function versionedCandidates(
  name: string,
  byDirectory: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const found: string[] = [];
  for (const [directory, names] of byDirectory) {
    if (!isDefaultDirectory(directory)) continue;
    const versioned = versionedName(name, names);
    if (versioned !== undefined) found.push(`${directory}/${versioned}`);
  }
  return found;
}

const defaultDirectory =
  /^(?:\/usr(?:\/local)?)?\/lib(?:32|64|x32)?(?:\/[a-z0-9_]+-linux-[a-z0-9]+)?$/;

function isDefaultDirectory(directory: string): boolean {
  return defaultDirectory.test(directory);
}

/** The architecture's own part of a directory, for images that carry two. */
function architectureOf(path: string): string {
  return /\/([a-z0-9_]+-linux-[a-z0-9]+)\//.exec(path)?.[1] ?? "";
}

function choose(candidates: readonly string[], importer: string): string | undefined {
  const beside = candidates.find((one) => directoryOf(one) === directoryOf(importer));
  if (beside !== undefined) return beside;
  const standard = candidates.filter((one) => isDefaultDirectory(directoryOf(one)));
  if (standard.length === 0) return candidates.length === 1 ? candidates[0] : undefined;
  const wanted = architectureOf(importer);
  const fitting = standard.filter((one) => architectureOf(one) === wanted);
  if (wanted !== "" && fitting.length > 0) return firstByOrder(fitting);
  const architectures = new Set(standard.map(architectureOf).filter((one) => one !== ""));
  return architectures.size > 1 ? undefined : firstByOrder(standard);
}

/** `/usr/local/lib` is searched first where ld.so.conf names it, as it does by default. */
function firstByOrder(paths: readonly string[]): string | undefined {
  const sorted = [...paths].sort();
  return sorted.find((one) => one.startsWith("/usr/local/")) ?? sorted[0];
}
