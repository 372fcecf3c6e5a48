/**
 * Holds one attempt to scan or match an image, and where its documents lie.
 * In: a task, the scanner. Out: names of documents, or the error of the tool that failed.
 * Must never give a tool a name from telemetry that is no image reference, nor one without its
 * source.
 */
import { fingerprint } from "../../core/judge/fingerprint.ts";
import type { Files } from "../../ports/files.ts";
import type { Log } from "../../ports/log.ts";
import type { ImageSource, Scanner } from "../../ports/scanner.ts";
import type { ScanRecord } from "../../ports/store.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { fileName } from "../scan.ts";
import { stateFiles } from "../state-sources.ts";
import { listTargets, recordKey, type ScanTask } from "./choose-scans.ts";

export interface ScanTools {
  readonly scanner: Scanner;
  readonly files: Files;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The state directory. */
  readonly state: string;
  /** **Order**: tried in turn. */
  readonly sources: readonly ImageSource[];
  readonly timeoutMs: number;
}

/** **Errors**: throws `tool-missing`, `tool-failed`, and `usage` for what is no reference. */
export async function attemptScan(
  task: ScanTask,
  tools: ScanTools,
): Promise<Pick<ScanRecord, "sbomFile" | "vulnerabilitiesFile">> {
  const { scanner, state, signal, log, timeoutMs } = tools;
  const { image, kind, sbomFile } = task;
  const request = {
    outputDirectory: `${state}/${stateFiles.scans}`,
    name: documentName(task),
    timeoutMs,
    onProgress: (line: string) => log.debug("A scanner says.", { line }),
    isBackground: true,
    signal,
  };
  if (kind === "refuse") {
    const shown = JSON.stringify(image.reference.slice(0, 100));
    throw new WaggleError("usage", `${shown} is no reference of an image; give its SBOM by hand.`);
  }
  const names = documentsOf(task);
  if (kind === "match") {
    const path = isOwnDocument(sbomFile) ? `${state}/${sbomFile}` : sbomFile;
    await scanner.match({ ...request, sbomFile: path });
    return { ...names, sbomFile };
  }
  const failures = new Map<ImageSource, string>();
  for (const target of listTargets(image, tools.sources)) {
    try {
      await scanner.scan({ ...request, ...target });
      return names;
    } catch (error) {
      const isFailure = error instanceof WaggleError && error.code === "tool-failed";
      if (!isFailure || signal.aborted) throw error;
      // Only its match failed: another source would say the same.
      if ((await listDocuments(tools)).has(names.sbomFile)) throw error;
      failures.set(target.imageSource, firstLines(error.message));
    }
  }
  const said = Array.from(failures, ([source, why]) => `${source}: ${why}`).join("; ");
  const tried = said === "" ? "none can have it by this name" : said;
  throw new WaggleError("tool-failed", `No source gave the image: ${tried}`);
}

/** Names of documents in the state directory, as records hold them. */
export async function listDocuments({
  files,
  state,
}: Pick<ScanTools, "files" | "state">): Promise<ReadonlySet<string>> {
  try {
    const entries = await files.list(`${state}/${stateFiles.scans}`);
    return new Set(
      entries.map(({ name }) => `${stateFiles.scans}/${name.replace(/^.*[\\/]/s, "")}`),
    );
  } catch (error) {
    if (error instanceof WaggleError && error.code === "file-not-found") return new Set();
    throw error;
  }
}

/** What documents are called after. */
export type NamedTask = Pick<ScanTask, "image" | "record">;

/** **Shape**: a plain file name; two images never share one. */
function documentName(task: NamedTask): string {
  return `${fileName(task.image.reference).slice(0, 60)}-${fingerprint([recordKey(task)])}`;
}

/** Names as records hold them: within the state directory. */
export function documentsOf(task: NamedTask): Pick<ScanRecord, "sbomFile" | "vulnerabilitiesFile"> {
  const stem = `${stateFiles.scans}/${documentName(task)}`;
  return { sbomFile: `${stem}.syft.json`, vulnerabilitiesFile: `${stem}.grype.json` };
}

/** False for an SBOM that somebody gave: it is read, and never removed. */
export function isOwnDocument(file: string): boolean {
  return file.startsWith(`${stateFiles.scans}/`);
}

/** What was said, without the command. */
function firstLines(message: string): string {
  return message.replace(/\nThe command was:[\s\S]*$/, "").slice(-200);
}
