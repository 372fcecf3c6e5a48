/**
 * Holds how reading many files without using them shows by behaviour, whatever the program is
 * called: scanners, backups and file walkers.
 * In: what one process read, mapped and executed. Out: the reads that prove no use.
 * Must never take a runtime that reads its own library tree for a bulk reader: of such a process
 * only what is foreign to its runtime is set apart.
 */
import { directoryOf } from "../inventory/container-path.ts";
import { type CodeKind, codeKind } from "./file-path.ts";

/**
 * **Unit**: reads of a process, below which none is a bulk reader. Where it was measured, servers
 * and tools touched files of three to twenty packages, and walkers those of nearly all. A wrong
 * "bulk" would hide use, so the bounds lie well above the former.
 */
export const readCountMin = 60;
const foreignCountMin = 30;
const folderCountMin = 10;
/** A scanner itself maps about a dozen libraries. */
const mappedCountMax = 16;
/** Beyond this share of code mapped, the reads are those of a program that runs them. */
const mappedShareMax = 0.1;

const languages: readonly CodeKind[] = [
  "python",
  "javascript",
  "ruby",
  "java",
  "perl",
  "php",
  "dotnet",
];

export interface ProcessReads {
  readonly read: Iterable<string>;
  readonly readCount: number;
  readonly isMapped: (path: string) => boolean;
  readonly mappedCount: number;
  /**
   * True when mappings of any file are reported: only then a library that was read but not mapped
   * means something (loader events alone miss files without a build id).
   */
  readonly seesMappings: boolean;
}

/** The reads that are no use; undefined when the process is no bulk reader. */
export function findBulkReads(process: ProcessReads): ReadonlySet<string> | undefined {
  if (process.readCount < readCountMin) return undefined;
  const byKind = new Map<CodeKind, string[]>();
  for (const path of process.read) {
    const kind = codeKind(path);
    if (kind === undefined || process.isMapped(path)) continue;
    if (kind === "library" && !process.seesMappings) continue;
    const paths = byKind.get(kind);
    if (paths === undefined) byKind.set(kind, [path]);
    else paths.push(path);
  }
  const own = mainLanguage(byKind);
  const foreign = [...byKind].flatMap(([kind, paths]) => (kind === own ? [] : paths));
  const share = process.mappedCount / (process.readCount + process.mappedCount);
  if (process.mappedCount > mappedCountMax && share > mappedShareMax) return undefined;
  const folders = new Set(foreign.map(directoryOf));
  if (foreign.length < foreignCountMin || folders.size < folderCountMin) return undefined;
  return new Set(foreign);
}

/** The language whose files it reads most: most likely the one it is written in. */
function mainLanguage(byKind: ReadonlyMap<CodeKind, readonly string[]>): CodeKind | undefined {
  let main: CodeKind | undefined;
  for (const language of languages) {
    const count = byKind.get(language)?.length ?? 0;
    if (count > (main === undefined ? 0 : (byKind.get(main)?.length ?? 0))) main = language;
  }
  return main;
}
