/**
 * Holds how a path in a document becomes a path inside the container.
 * In: paths as tools write them, absolute or relative to the root. Out: absolute, without ".",
 * ".." and double slashes. Must never resolve links: that needs the list of files.
 */

const unclean = /\/(?:\/|\.{1,2}(?:\/|$))|.\/$/;

/** Absolute path of a file below the root; ".." never leaves it. "" stays "". */
export function absolutePath(path: string): string {
  if (path === "") return "";
  if (path.startsWith("/") && !unclean.test(path)) return path;
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  return `/${kept.join("/")}`;
}

/** A path relative to a directory; an absolute one stays as it is. */
export function joinPath(directory: string, path: string): string {
  return absolutePath(path.startsWith("/") ? path : `${directory}/${path}`);
}

/** Without the last name; "/" for what is directly below the root. */
export function directoryOf(path: string): string {
  const at = path.lastIndexOf("/");
  return at <= 0 ? "/" : path.slice(0, at);
}

/** The last name; all of it where there is no slash. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** `path` seen from `root`; undefined when it is not below it. */
export function pathBelow(path: string, root: string): string | undefined {
  if (root === "" || root === "/") return path;
  if (path === root) return "/";
  return path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}
