/**
 * Holds the repair of link targets in scans of a directory: Syft writes them as paths of the
 * scanning machine (`/scan/root/usr/bin/x`), partly without their directory (`/scan/x`).
 * In: the files of one document and the directory that was scanned. Out: the files with targets as
 * paths inside the container. Must never invent a target that is not a file of the document.
 */
import { baseName, directoryOf, pathBelow } from "./container-path.ts";
import type { ImageFile } from "./image.ts";

/** Changes `files`. Returns how many targets were found by their name alone, and how many not. */
export function repairLinkTargets(
  files: Map<string, ImageFile>,
  scanRoot: string,
): { guessedCount: number; lostCount: number } {
  const broken = [...files.values()].filter(
    ({ type, linkTarget }) =>
      type === "symlink" && linkTarget.startsWith("/") && !files.has(linkTarget),
  );
  const roots = [scanRoot, findRoot(files, broken)].filter((root) => root !== "" && root !== "/");
  const byName = new Map<string, string>();
  if (broken.length > 0) indexNames(files, byName);
  let guessedCount = 0;
  let lostCount = 0;
  for (const link of broken) {
    const below = roots
      .map((root) => pathBelow(link.linkTarget, root))
      .find((path) => path !== undefined);
    const target = below ?? guessTarget(link, files, byName);
    if (below === undefined) {
      if (target === "") lostCount += 1;
      else guessedCount += 1;
    }
    files.set(link.path, { ...link, linkTarget: target });
  }
  return { guessedCount, lostCount };
}

/** The prefix that, taken off, makes the most targets files of the document; at least two. */
function findRoot(files: ReadonlyMap<string, ImageFile>, links: readonly ImageFile[]): string {
  const votes = new Map<string, number>();
  for (const { path, linkTarget } of links) {
    for (let at = linkTarget.indexOf("/", 1); at > 0; at = linkTarget.indexOf("/", at + 1)) {
      const rest = linkTarget.slice(at);
      if (rest === path || !files.has(rest)) continue;
      const root = linkTarget.slice(0, at);
      votes.set(root, (votes.get(root) ?? 0) + 1);
      break;
    }
  }
  const [best] = [...votes].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return best !== undefined && best[1] >= 2 ? best[0] : "";
}

/** Name → its only path; "" when several files have the name. Links are not counted. */
function indexNames(files: ReadonlyMap<string, ImageFile>, byName: Map<string, string>): void {
  for (const { path, type } of files.values()) {
    if (type === "symlink") continue;
    const name = baseName(path);
    byName.set(name, byName.has(name) ? "" : path);
  }
}

/** Where the targets of links that leave their directory mostly are; the first one wins. */
const programDirectories: readonly string[] = [
  "/etc/alternatives",
  "/usr/bin",
  "/usr/sbin",
  "/bin",
  "/sbin",
  "/usr/local/bin",
];

/**
 * By the last name: beside the link, at the same place below /usr, where programs are (for a link
 * among programs), or the only file of that name.
 */
function guessTarget(
  link: ImageFile,
  files: ReadonlyMap<string, ImageFile>,
  byName: ReadonlyMap<string, string>,
): string {
  const name = baseName(link.linkTarget);
  const directory = directoryOf(link.path);
  const beside = directory === "/" ? `/${name}` : `${directory}/${name}`;
  if (beside !== link.path && files.has(beside)) return beside;
  const merged = `/usr${link.path}`;
  if (baseName(link.path) === name && files.has(merged)) return merged;
  const isProgram = programDirectories.includes(directory);
  const program = (isProgram ? programDirectories : [])
    .map((place) => `${place}/${name}`)
    .find((path) => path !== link.path && files.has(path));
  return program ?? byName.get(name) ?? "";
}
