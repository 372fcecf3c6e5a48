/**
 * Holds what a process is called in an incident.
 * In: a process. Out: its program's name, or its command line; untrusted text.
 */
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";

/** Last part of the path of its program; the whole path where that is a mere number. */
export function programOf({ binary }: Pick<ProcessFact, "binary">): string {
  if (/^\/(?:proc\/(?:self|\d+)|dev)\/fd\/\d+$/.test(binary)) return binary;
  return binary.slice(binary.lastIndexOf("/") + 1) || binary;
}

/** Name and arguments, as typed. */
export function commandOf(process: Pick<ProcessFact, "binary" | "arguments">): string {
  return `${programOf(process)} ${process.arguments}`.trim();
}
