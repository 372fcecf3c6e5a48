/**
 * Holds finding the event files behind the names that were given.
 * In: files and directories. Out: names of event files in the order to read them.
 * Must never leave a file out silently: what a directory holds besides events becomes a notice.
 */
import type { ProblemLog } from "../core/event/problem.ts";
import type { FileEntry, Files } from "../ports/files.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { detectKind, detectSizeBytes, type InputKind } from "./detect-kind.ts";
import { listFiles } from "./read-text.ts";

/** **Order**: as given, directories from oldest to youngest. */
export async function listEvents(
  files: Files,
  names: readonly string[],
  problems: ProblemLog,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const file of await listFiles(files, names)) {
    const kind = await kindOf(files, file);
    const isTaken = kind === "events" || (kind === "other" && !file.fromDirectory);
    if (isTaken) found.push(file.name);
    else if (file.fromDirectory) noteLeftOut(file.name, kind, problems);
    else throw new WaggleError("input-unsupported", `${file.name}: ${hints[kind]}`);
  }
  if (found.length === 0 && names.length > 0) {
    throw new WaggleError("input-unsupported", `${names.join(", ")}: no file of events in there.`);
  }
  return found;
}

const hints: Readonly<Record<Exclude<InputKind, "events">, string>> = {
  inventory: "this is an SBOM or a scan, not events; give it with --sbom or --vulns.",
  kubernetes: "these are objects of a cluster, not events; give them with --k8s.",
  containers: "this is a list of containers, not events; give it with --containers.",
  metrics: "these are metrics, not events; give them with --tetragon-metrics.",
  policies: "this is a tracing policy, not events; give it with --policies.",
  processes: "this is a listing of processes, not events; give it with --processes.",
  kev: "this is a catalogue of known exploited vulnerabilities, not events; give it with --kev.",
  epss: "these are EPSS scores, not events; give them with --epss.",
  report: "this is a report of waggle, not events; give it with --report.",
  other: "this is nothing that waggle knows.",
};

/**
 * Reads only the start of the file. What cannot be read twice (a pipe, such as standard input or
 * `<(zcat …)`) is not looked into, for the start would be lost: it is taken for events.
 */
export async function kindOf(files: Files, entry: FileEntry): Promise<InputKind> {
  if (entry.sizeBytes < 0) return "events";
  const file = await files.open(entry.name);
  const head = new Uint8Array(detectSizeBytes);
  let length = 0;
  for await (const chunk of file.chunks) {
    const part = chunk.subarray(0, detectSizeBytes - length);
    head.set(part, length);
    length += part.length;
    if (length === detectSizeBytes) break;
  }
  return detectKind(head.subarray(0, length));
}

function noteLeftOut(name: string, kind: InputKind, problems: ProblemLog): void {
  const what = kind === "other" ? "nothing that waggle knows" : `${kind}`;
  problems.add({
    code: "file-left-out",
    weight: "notice",
    message: `A file of the directory of events is ${what}, not events; it was not read as such.`,
    place: { input: name, offset: -1, line: 0 },
  });
}
