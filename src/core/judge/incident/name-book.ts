/**
 * Holds what a session names that hardly anything else does: addresses, URLs, files left about.
 * In: a session. Out: names, comparable between sessions.
 * Must never name what many programs have in common: name servers, own addresses, bare sites.
 */
import { isInternetAddress } from "../../event/ip-address.ts";
import type { ProcessFact, StepFact } from "../../observe/detect/detect-fact.ts";
import { parseEnd } from "./parse-end.ts";
import { readCommandLine } from "./read-command-line.ts";
import type { Session } from "./session.ts";

const lineLengthMax = 4096;
const nameCountMax = 256;
/** A path where intruders leave theirs, as it stands in a command line. */
const leftPaths = /(?<![\w./-])\/(?:tmp|var\/tmp|dev\/shm)\/[^\s'"`;|&<>(){}\\]{1,200}/g;
/** Whose servers everybody asks: names and the time. */
const commonPorts: ReadonlySet<number> = new Set([53, 123, 853]);

/** What its command lines name. **Shape**: at most 256, as they come. */
export function typedNames({ processes }: Pick<Session, "processes">): ReadonlySet<string> {
  return new Set(processes.flatMap(namesOfProcess).slice(0, nameCountMax));
}

/** What its command lines name, and who it had connections with. */
export function allNames(session: Pick<Session, "processes" | "steps">): ReadonlySet<string> {
  return new Set([...typedNames(session), ...session.steps.flatMap(namesOfStep)]);
}

/** One that both hold; the first by order of the first set. */
export function findShared(some: ReadonlySet<string>, others: ReadonlySet<string>): string {
  for (const name of some) if (others.has(name)) return name;
  return "";
}

function namesOfProcess(process: ProcessFact): readonly string[] {
  const line = `${process.binary} ${process.arguments.slice(0, lineLengthMax)}`;
  return [
    ...readCommandLine(process).flatMap(({ type, value }) => {
      if (type === "url") return isTelling(value) ? [value] : [];
      return type === "ip" && isInternetAddress(value) ? [value] : [];
    }),
    ...[...line.matchAll(leftPaths)].map(([path]) => path),
  ];
}

/** A whole address of a file or page; a site's front door is everybody's. */
function isTelling(url: string): boolean {
  return /^[^:]+:\/\/(?!localhost\b|127\.|169\.254\.|\[::1\])[^/]+\/[^/]/i.test(url);
}

function namesOfStep({ what, subject }: StepFact): readonly string[] {
  if (what !== "connect" && what !== "accept") return [];
  const end = parseEnd(subject);
  if (end === undefined || commonPorts.has(end.port)) return [];
  return isInternetAddress(end.address) ? [end.address] : [];
}
