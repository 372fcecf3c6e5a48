/**
 * Holds what the metadata of each package type says about the files a package brought.
 * In: one artifact of Syft JSON of any schema, told apart by fields and not by `metadataType`.
 * Out: absolute paths, roots of languages without file lists, the source package.
 * Must never keep digests, and never resolve links.
 */
import { absolutePath, baseName, directoryOf, joinPath } from "./container-path.ts";
import type { PackageLocation } from "./image.ts";
import type { Faults, JsonObject } from "./json-value.ts";
import { isObject, readList, readText, readTexts } from "./json-value.ts";
import { parsePurl, purlSource, sourceRpmName } from "./purl.ts";

export interface Artifact {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly purl: string;
  readonly locations: readonly PackageLocation[];
  readonly metadata: JsonObject;
}

interface Entry {
  readonly path: string;
  readonly record: JsonObject;
}

const noRecord: JsonObject = {};

/** The list `files`; elements are paths or objects with a path, and those without one are none. */
function listEntries(metadata: JsonObject, faults: Faults): readonly Entry[] {
  const entries: Entry[] = [];
  for (const one of readList(metadata, "files", faults)) {
    const record = isObject(one) ? one : noRecord;
    if (typeof one !== "string" && record === noRecord) {
      faults.first ??= "files: expected paths or objects with a path";
    }
    const path = typeof one === "string" ? one : readText(record, "path", faults);
    if (path !== "") entries.push({ path, record });
  }
  return entries;
}

/** Absolute paths that the package declares; directories are left out where the list tells. */
export function readOwnedFiles(artifact: Artifact, faults: Faults): readonly string[] {
  const { metadata } = artifact;
  switch (artifact.type) {
    case "python":
      return pythonFiles(artifact, faults);
    case "gem":
      return defaultGemFiles(artifact, faults);
    case "dotnet":
      return dotnetFiles(artifact);
    case "conda":
      return listEntries(metadata, faults).map(({ path }) => joinPath(condaPrefix(artifact), path));
    case "apk":
      return absolutes(withoutParents(listEntries(metadata, faults)));
    case "deb":
    case "rpm":
    case "alpm":
    case "portage":
    case "nix":
      return absolutes(listEntries(metadata, faults).filter(isNoDirectory));
    default:
      return listEntries(metadata, faults)
        .filter(({ path, record }) => path.startsWith("/") && isNoDirectory({ path, record }))
        .map(({ path }) => absolutePath(path));
  }
}

function absolutes(entries: readonly Entry[]): readonly string[] {
  return entries.map(({ path }) => absolutePath(path));
}

/** rpm gives `mode` as the number of `stat` (directories 0o04xxxx), pacman's mtree a `type`. */
function isNoDirectory({ record }: Entry): boolean {
  const mode = record["mode"];
  if (typeof mode === "number" && (mode & 0o170000) === 0o040000) return false;
  return record["type"] !== "dir";
}

/** apk lists directories like files, only without a digest: they are those that hold others. */
function withoutParents(entries: readonly Entry[]): readonly Entry[] {
  const parents = new Set(entries.map(({ path }) => directoryOf(absolutePath(path))));
  return entries.filter(
    ({ path, record }) => isObject(record["digest"]) || !parents.has(absolutePath(path)),
  );
}

/** RECORD and installed-files.txt are relative to the site-packages directory. */
function pythonFiles(artifact: Artifact, faults: Faults): readonly string[] {
  const root = sitePackages(artifact, faults);
  const entries = listEntries(artifact.metadata, faults);
  return root === "" ? [] : entries.map(({ path }) => joinPath(root, path));
}

function sitePackages(artifact: Artifact, faults: Faults): string {
  const root = readText(artifact.metadata, "sitePackagesRootPath", faults);
  if (root !== "") return absolutePath(root);
  const owner = artifact.locations.find(({ path }) => /\.(dist|egg)-info(\/|$)/.test(path));
  return owner === undefined ? "" : owner.path.replace(/\/[^/]+\.(dist|egg)-info(\/.*)?$/, "");
}

/** Of a gem's sources, what is not installed as a library. */
const unlikeLibrary = /^(?:bin|exe|ext|test|spec)\/|^extconf\.rb$/;

/**
 * A default gem has a specification but no directory of its own: its libraries are in Ruby's
 * library directory. Up to Ruby 2.5 they are listed as they are there, later below `lib/`; what is
 * compiled lies in a directory of the platform that nothing names.
 * **Source**: rubygems, `Gem.default_dir` and `rubylibdir`.
 */
function defaultGemFiles(artifact: Artifact, faults: Faults): readonly string[] {
  for (const { path } of artifact.locations) {
    const match = /^(.*)\/gems\/([^/]+)\/specifications\/default\//.exec(path);
    if (match !== null) {
      const paths = listEntries(artifact.metadata, faults).map((entry) => entry.path);
      const below = paths.filter((one) => one.startsWith("lib/")).map((one) => one.slice(4));
      const plain = paths.filter((one) => one.endsWith(".rb") && !unlikeLibrary.test(one));
      const libraries = below.length > 0 ? below : plain;
      return libraries.map((one) => joinPath(`${match[1]}/${match[2]}`, one));
    }
  }
  return [];
}

/**
 * Where an assembly lies in the package of NuGet; an application has it beside its `deps.json`.
 * **Source**: Syft, `trimLibPrefix` of its .NET cataloger.
 */
const assetDirectory = /^(?:runtimes\/[^/]+\/)?lib\/net[^/]+\//;

/** Assemblies that Syft found beside `*.deps.json`, and those the document lists itself. */
function dotnetFiles(artifact: Artifact): readonly string[] {
  const paths = artifact.locations.map(({ path }) => path);
  const found = paths.filter((path) => /\.(dll|exe)$/i.test(path));
  const deps = paths.find((path) => path.endsWith(".deps.json"));
  const listed = artifact.metadata["executables"];
  if (deps === undefined || !isObject(listed)) return found;
  const directory = directoryOf(deps);
  const named = Object.keys(listed).map((path) =>
    joinPath(directory, path.replace(assetDirectory, "")),
  );
  return [...new Set([...found, ...named])];
}

function condaPrefix(artifact: Artifact): string {
  const record = artifact.locations.find(({ path }) => path.includes("/conda-meta/"));
  return record === undefined ? "" : record.path.slice(0, record.path.indexOf("/conda-meta/"));
}

/**
 * Directories (or module files without their ending) below which everything is the package's:
 * Python's top-level names, the directory of a gem, `vendor/NAME` of composer.
 */
export function readRoots(artifact: Artifact, faults: Faults): readonly string[] {
  switch (artifact.type) {
    case "python": {
      const root = sitePackages(artifact, faults);
      const names = readTexts(artifact.metadata, "topLevelPackages", faults);
      return root === "" ? [] : unique(names.map((name) => pathInside(root, name)));
    }
    case "gem":
      return unique(artifact.locations.map(({ path }) => gemRoot(path)));
    case "php-composer":
      return unique(artifact.locations.map(({ path }) => composerRoot(path, artifact.name)));
    default:
      return [];
  }
}

function unique(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.filter((path) => path !== ""))];
}

/** `specifications/rake-13.0.gemspec` → `gems/rake-13.0`; else the directory of the gemspec. */
function gemRoot(path: string): string {
  if (!path.endsWith(".gemspec")) return "";
  const match = /^(.*)\/specifications\/(?:default\/)?([^/]+)\.gemspec$/.exec(path);
  return match === null ? directoryOf(path) : pathInside(`${match[1]}/gems`, match[2] ?? "");
}

/** Only what is installed: a lock file says nothing of the disk. */
function composerRoot(path: string, name: string): string {
  if (baseName(path) !== "installed.json") return "";
  const vendor = directoryOf(directoryOf(path));
  return pathInside(vendor, name);
}

/** "" when no name, or one of dots, leads to the directory that all packages share or out of it. */
function pathInside(directory: string, name: string): string {
  const path = absolutePath(`${directory}/${name}`);
  return path.startsWith(`${absolutePath(directory)}/`) ? path : "";
}

/** Name of the source package; "" when unknown or the same as the package. */
export function readSourcePackage(artifact: Artifact, faults: Faults): string {
  const { metadata } = artifact;
  const rpm = readText(metadata, "sourceRpm", faults);
  const candidates = [
    rpm === "" ? "" : sourceRpmName(rpm),
    artifact.type === "deb" ? readText(metadata, "source", faults) : "",
    readText(metadata, "originPackage", faults),
    artifact.type === "alpm" ? readText(metadata, "basepackage", faults) : "",
  ];
  const named = candidates.find((one) => one !== "") ?? purlSourceOf(artifact.purl);
  const bare = named.split(" ")[0] ?? "";
  return bare === artifact.name ? "" : bare;
}

function purlSourceOf(text: string): string {
  const purl = text.includes("upstream=") ? parsePurl(text) : undefined;
  return purl === undefined ? "" : purlSource(purl);
}
