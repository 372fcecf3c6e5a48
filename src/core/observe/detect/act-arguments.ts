/**
 * Holds how the arguments of a hook become paths and numbers.
 * In: events of hooks. Out: whole paths as the container sees them, numbers by their label.
 * Must never make a path of a name whose directory is not known.
 */
import type { Argument, FileArgument, HookEvent } from "../../event/event.ts";
import { absolutePath, baseName } from "../../inventory/container-path.ts";

/** A relative path from where the program was started: it seldom moves. "" where unknown. */
export function pathAsCalled(path: string, event: HookEvent): string {
  if (path === "" || path.startsWith("/")) return plainPath(path);
  const cwd = event.process?.cwd ?? "";
  return cwd.startsWith("/") ? plainPath(`${cwd}/${path}`) : "";
}

export function isFile(argument: Argument): argument is FileArgument {
  return argument.kind === "file";
}

/** The integer with that label, else the first one; 0 when there is none. */
export function integerOf(event: HookEvent, label?: RegExp): number {
  let first: number | undefined;
  for (const argument of event.arguments) {
    if (argument.kind !== "integer") continue;
    if (argument.label !== "" && label?.test(argument.label) === true) return argument.value;
    first ??= argument.value;
  }
  return first ?? 0;
}

const deletedSuffix = " (deleted)";
/**
 * The directory that Kubernetes keeps one state of a projected volume in: tokens, secrets and
 * settings are links into it, and hooks tell where links lead.
 * **Source**: `AtomicWriter` of the kubelet.
 */
const volumeState = /\/\.\.(?:data|\d{4}_\d{2}_\d{2}_\d{2}_\d{2}_\d{2}\.\d+)(?=\/)/;

/**
 * ` (deleted)` cut, `.` and `//` folded, a file of a projected volume under the name that programs
 * use; "" where it is not absolute.
 */
export function plainPath(text: string): string {
  if (text.charCodeAt(0) !== 47 || text.length < 2) return "";
  const path = text.endsWith(deletedSuffix) ? text.slice(0, -deletedSuffix.length) : text;
  if (!path.includes("//") && !path.includes("/.")) return path;
  return absolutePath(path.includes("/..") ? path.replace(volumeState, "") : path);
}

/** The name below a directory: of the entry only the last part counts, its mount may be missing. */
export function entryOf(folder: string, entry: string): string {
  return plainPath(`${folder}/${baseName(entry)}`);
}
