/**
 * Holds what a path tells: whether it can be a file of an image, and what kind of file it is.
 * In: paths as events carry them. Out: the path as the container sees it, or "" for what is none.
 * Must never touch a file system: these paths are text.
 */
import { absolutePath } from "../inventory/container-path.ts";

const deletedSuffix = " (deleted)";
const foreignRoot = /^\/proc\/(?:self|thread-self|\d+)\/root(?=\/)/;
const notAFile =
  /^\/(?:proc|sys|dev)(?:\/|$)|^\/(?:memfd:|SYSV[0-9a-f]{8}|\[|anon_hugepage|dmabuf:)/;

/**
 * The path as the container sees it: ` (deleted)` and `/proc/PID/root` cut, `.` and `//` folded;
 * "" when it is not absolute, the root itself, or below /proc, /sys and /dev.
 */
export function imagePath(text: string): string {
  if (text.charCodeAt(0) !== 47 || text.length < 2) return "";
  let path = text;
  if (path.endsWith(deletedSuffix)) path = path.slice(0, -deletedSuffix.length);
  const second = path.charCodeAt(1);
  // Only these first letters can begin one of the excluded trees: the test is on the hot path.
  if (second === 112 || second === 115 || second === 100) path = path.replace(foreignRoot, "");
  if (path.includes("//") || path.includes("/.")) path = absolutePath(path);
  return path.length < 2 || isNoFile(path) ? "" : path;
}

/** By the first letter at once: most paths begin with another one. */
function isNoFile(path: string): boolean {
  return "psdmSa[".includes(path.charAt(1)) && notAFile.test(path);
}

const linkerName = /^ld(?:64)?(?:-[\w.-]+)?\.so(?:\.\d+)?$/;

/** `ld-linux-x86-64.so.2`, `ld-2.31.so`, `ld-musl-x86_64.so.1`, `ld64.so.2`, `ld.so.1`. */
export function isDynamicLinker(path: string): boolean {
  const start = path.lastIndexOf("/") + 1;
  // Nearly all names begin with something else: nothing is cut out for them.
  return path.startsWith("ld", start) && linkerName.test(path.slice(start));
}

/** Files that are mapped into a program but are never the program itself. */
export function isLibrary(path: string): boolean {
  return /\.so(?:\.[\w.-]+)?$|\.(?:node|dll|jsa|oat|art|jar|pyd|dylib|cache|mo)$/.test(path);
}

export type CodeKind =
  | "library"
  | "program"
  | "python"
  | "javascript"
  | "ruby"
  | "java"
  | "perl"
  | "php"
  | "dotnet"
  | "documentation"
  | "package-database";

const byExtension: ReadonlyMap<string, CodeKind> = new Map([
  ["py", "python"],
  ["pyc", "python"],
  ["js", "javascript"],
  ["cjs", "javascript"],
  ["mjs", "javascript"],
  ["rb", "ruby"],
  ["jar", "java"],
  ["war", "java"],
  ["class", "java"],
  ["pl", "perl"],
  ["pm", "perl"],
  ["php", "php"],
  ["dll", "dotnet"],
]);

/** What kind of thing a package ships there, as far as the path tells; undefined: nothing. */
export function codeKind(path: string): CodeKind | undefined {
  if (/^\/usr\/share\/(?:doc|man|info|lintian|licenses)\//.test(path)) return "documentation";
  if (/^\/(?:var\/lib\/(?:dpkg|rpm|apk)|lib\/apk|usr\/lib\/sysimage)\//.test(path)) {
    return "package-database";
  }
  if (/\.so(?:\.[\d.]+)?$/.test(path)) return "library";
  const dot = path.lastIndexOf(".");
  const isSuffix = dot > path.lastIndexOf("/") + 1;
  const kind = isSuffix ? byExtension.get(path.slice(dot + 1)) : undefined;
  if (kind !== undefined) return kind;
  return /^\/(?:usr\/)?(?:local\/)?s?bin\/[^/]+$/.test(path) ? "program" : undefined;
}
