/**
 * Holds how events of changed names and modes are read: removals, renames, links, chmod, xattr.
 * In: events of such hooks, the act to fill. Out: whether a whole path was told.
 * Must never take the entry of a directory for a path: it may lack its mount point.
 */
import type { HookEvent } from "../../event/event.ts";
import type { Act } from "./act.ts";
import { entryOf, integerOf, pathAsCalled, plainPath } from "./act-arguments.ts";

type NameReading = "delete" | "rename" | "link" | "mode" | "attribute";

/** Of the latest event: reused. */
const found: string[] = [];

export function readNames(act: Act, event: HookEvent, reading: NameReading): boolean {
  act.kind = reading;
  findPaths(event);
  const text = lastText(event);
  if (reading === "rename") {
    act.otherPath = found[0] ?? "";
    act.path = found[1] ?? "";
    return act.path !== "" || act.otherPath !== "";
  }
  if (reading === "link") return readLink(act, event, text);
  act.path = found[0] ?? "";
  if (reading === "mode") act.value = integerOf(event, /mode/i) & 0o7777;
  if (reading === "attribute") act.text = text;
  return act.path !== "";
}

/** A symbolic link tells what it points at as text, a hard link as a file. */
function readLink(act: Act, event: HookEvent, text: string): boolean {
  if (/sym/.test(event.hook)) {
    const isCall = !event.arguments.some(({ kind }) => kind === "file");
    act.otherPath = isCall ? firstText(event) : text;
    act.path = isCall ? (found[1] ?? "") : (found[0] ?? "");
  } else {
    act.otherPath = found[0] ?? "";
    act.path = found[1] ?? "";
  }
  return act.path !== "";
}

/** A directory followed by an entry in it names one path; else each argument does. */
function findPaths(event: HookEvent): void {
  found.length = 0;
  let folder = "";
  const hasFiles = event.arguments.some(({ kind }) => kind === "file");
  for (const argument of event.arguments) {
    if (argument.kind === "file") {
      const cut = argument.flags !== "" && argument.flags.includes("unresolved");
      if (cut) folder = "";
      else if (folder !== "") {
        found.push(entryOf(folder, argument.path));
        folder = "";
      } else if (argument.permission.startsWith("d") && needsFolder(event)) {
        folder = argument.path;
      } else found.push(plainPath(argument.path));
    } else if (argument.kind === "text" && !hasFiles) {
      const path = pathAsCalled(argument.value, event);
      if (path !== "") found.push(path);
    }
  }
}

/** A mode or an attribute is of the directory itself. */
function needsFolder(event: HookEvent): boolean {
  return !/mod|attr/.test(event.hook);
}

function lastText(event: HookEvent): string {
  let text = "";
  for (const argument of event.arguments) if (argument.kind === "text") text = argument.value;
  return text;
}

function firstText(event: HookEvent): string {
  for (const argument of event.arguments) if (argument.kind === "text") return argument.value;
  return "";
}
