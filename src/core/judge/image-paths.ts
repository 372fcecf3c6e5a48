/**
 * Holds the paths of one image: where its links lead, and which names mean the same file.
 * In: the files of an SBOM. Out: resolved paths, the hops to them, libraries by name.
 * Must never loop on links, and never invent a file that the SBOM does not have.
 */
import { absolutePath } from "../inventory/container-path.ts";
import type { ImageFile } from "../inventory/image.ts";

/** As many as the kernel follows (path_resolution(7)). */
const linkCountMax = 40;
const stepCountMax = 4096;
/** Directories remembered; beyond it they are resolved each time. */
const directoryCountMax = 65_536;

export interface ImagePaths {
  /** All links followed. The path itself, tidied, when it loops or holds no link. */
  resolve(path: string): string;
  /** Links of the directories followed, the last name kept: what a package's list means. */
  resolveParent(path: string): string;
  /** From the path as called to the file, each link on the way once. **Order**: of following. */
  hops(path: string): readonly string[];
  /** The same path on the other side of the usr-merge; undefined when there is none. */
  mergedSibling(path: string): string | undefined;
  fileAt(path: string): ImageFile | undefined;
}

export function createImagePaths(files: ReadonlyMap<string, ImageFile>): ImagePaths {
  const links = new Map<string, string>();
  for (const [path, file] of files) {
    // Hard links too: their target is the name that the packages list.
    if (file.linkTarget !== "" && file.linkTarget !== path) links.set(path, file.linkTarget);
  }
  const directories = new Map<string, string>();
  const resolveDirectory = (path: string) => {
    const known = directories.get(path);
    if (known !== undefined) return known;
    const resolved = follow(path, links) ?? path;
    if (directories.size < directoryCountMax) directories.set(path, resolved);
    return resolved;
  };
  const resolveParent = (path: string) => {
    const tidied = tidy(path);
    const slash = tidied.lastIndexOf("/");
    if (slash <= 0) return tidied;
    const parent = resolveDirectory(tidied.slice(0, slash));
    return `${parent === "/" ? "" : parent}${tidied.slice(slash)}`;
  };
  const resolve = (path: string) => {
    const named = resolveParent(path);
    return links.has(named) ? (follow(named, links) ?? named) : named;
  };
  return {
    resolve,
    resolveParent,
    hops: (path) => hopsOf(resolveParent(path), links, resolveParent),
    mergedSibling,
    fileAt: (path) => files.get(path),
  };
}

function hopsOf(
  start: string,
  links: ReadonlyMap<string, string>,
  resolveParent: (path: string) => string,
): readonly string[] {
  const found = [start];
  let at = start;
  while (found.length <= linkCountMax) {
    const target = links.get(at);
    if (target === undefined) return found;
    const parent = at.slice(0, at.lastIndexOf("/"));
    at = resolveParent(target.startsWith("/") ? target : `${parent}/${target}`);
    if (found.includes(at)) return found;
    found.push(at);
  }
  return found;
}

/** Resolves each component in turn, as the kernel does; undefined when links loop. */
function follow(path: string, links: ReadonlyMap<string, string>): string | undefined {
  const rest = path.split("/").reverse();
  let done = "";
  let linkCount = 0;
  for (let steps = 0; rest.length > 0; steps++) {
    const name = rest.pop() ?? "";
    if (steps > stepCountMax) return undefined;
    if (name === "" || name === ".") continue;
    if (name === "..") {
      done = done.slice(0, Math.max(0, done.lastIndexOf("/")));
      continue;
    }
    const next = `${done}/${name}`;
    const target = links.get(next);
    if (target === undefined) {
      done = next;
      continue;
    }
    linkCount++;
    if (linkCount > linkCountMax) return undefined;
    if (target.startsWith("/")) done = "";
    rest.push(...target.split("/").reverse());
  }
  return done === "" ? "/" : done;
}

function tidy(path: string): string {
  const own = path.replace(/^\/proc\/(?:thread-)?self\/root(?=\/)/, "");
  return absolutePath(own);
}

const mergedDirectory = /^\/(usr\/)?((?:s?bin|lib(?:32|64|x32)?)\/.*)$/;

/**
 * In images without the usr-merge `/lib` and `/usr/lib` are two directories, so that the sibling
 * is asked only when a path itself has no owner.
 */
function mergedSibling(path: string): string | undefined {
  const match = mergedDirectory.exec(path);
  if (match === null) return undefined;
  return match[1] === undefined ? `/usr/${match[2]}` : `/${match[2]}`;
}
