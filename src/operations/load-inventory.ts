/**
 * Holds loading of SBOMs and vulnerability scans: files in, decoded documents out.
 * In: `[NAME=]FILE` as given by `--sbom` and `--vulns`; the kind is told by content, so that a scan
 * given as SBOM is taken for what it is, with a notice. Out: documents, joins by hand, summaries.
 * Must never guess what a refused document was.
 */
import type { ProblemLog } from "../core/event/problem.ts";
import type { Sbom, Scan } from "../core/inventory/image.ts";
import { type InventoryDocument, readInventory } from "../core/inventory/read-document.ts";
import type { InputSummary } from "../core/report/report.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import type { OperationContext } from "./operation.ts";
import { listJoinedFiles, type NamedFile, noteTruncation } from "./read-text.ts";

export interface Inventory {
  readonly sboms: readonly Sbom[];
  readonly scans: readonly Scan[];
  /** What the user wrote before `=`: the name of a container and the input that belongs to it. */
  readonly byHand: readonly { readonly name: string; readonly input: string }[];
  readonly inputs: readonly InputSummary[];
}

interface Loaded {
  readonly file: NamedFile;
  readonly compression: string;
  readonly document: InventoryDocument;
}

interface InventoryNames {
  readonly sbom: readonly string[];
  readonly vulns: readonly string[];
  /** True where nobody said which of the two a file is. */
  readonly isUnsorted?: boolean;
}

/** **Errors**: throws `input-unsupported` for a named file of no known kind, and file errors. */
export async function loadInventory(
  names: InventoryNames,
  context: OperationContext,
  problems: ProblemLog,
): Promise<Inventory> {
  const sboms: Sbom[] = [];
  const scans: Scan[] = [];
  const byHand: { name: string; input: string }[] = [];
  const inputs: InputSummary[] = [];
  const seen = new Set<string>();
  for (const role of ["sbom", "vulnerabilities"] as const) {
    const given = role === "sbom" ? names.sbom : names.vulns;
    for (const file of await listJoinedFiles(context.files, given)) {
      if (file.joinName !== "") byHand.push({ name: file.joinName, input: file.name });
      if (seen.has(file.name)) continue;
      seen.add(file.name);
      const loaded = await loadOne(file, context, problems);
      const summary = summarize(loaded);
      if (summary === undefined) {
        refuse(loaded, problems);
        continue;
      }
      const isSorted = names.isUnsorted !== true && !file.fromDirectory;
      if (summary.role !== role && isSorted) noteOtherRole(file, role, problems);
      if (loaded.document.kind === "sbom") sboms.push(loaded.document.sbom);
      if (loaded.document.kind === "scan") scans.push(loaded.document.scan);
      inputs.push(summary);
    }
  }
  return { sboms, scans, byHand, inputs };
}

async function loadOne(
  file: NamedFile,
  context: OperationContext,
  problems: ProblemLog,
): Promise<Loaded> {
  const { name, sizeBytes } = file;
  const open = await context.files.open(name);
  context.onProgress({
    stage: "inventory",
    input: name,
    consumedBytes: 0,
    sizeBytes,
    eventCount: 0,
  });
  const document = await readInventory(open.chunks, name, problems);
  noteTruncation(open, problems);
  return { file, compression: open.compression, document };
}

function refuse(loaded: Loaded, problems: ProblemLog): void {
  const { document, file } = loaded;
  if (document.kind !== "refused") return;
  if (!file.fromDirectory) throw new WaggleError("input-unsupported", document.message);
  problems.add({
    code: "file-left-out",
    weight: "notice",
    message: `A file of the directory is neither SBOM nor scan: ${document.message}`,
    place: { input: file.name, offset: -1, line: 0 },
  });
}

function noteOtherRole(file: NamedFile, given: string, problems: ProblemLog): void {
  const is = given === "sbom" ? "a vulnerability scan" : "an SBOM";
  const flag = given === "sbom" ? "--sbom" : "--vulns";
  problems.add({
    code: "input-of-another-kind",
    weight: "notice",
    message: `Given with ${flag}, but it is ${is}; it was used as such.`,
    place: { input: file.name, offset: -1, line: 0 },
  });
}

function summarize(loaded: Loaded): InputSummary | undefined {
  const { document, file, compression } = loaded;
  const details: Record<string, string | number> = {};
  if (compression !== "plain") details["compression"] = compression;
  if (document.kind === "sbom") {
    const { sbom } = document;
    details["tool"] = `${sbom.tool} ${sbom.toolVersion}`.trim();
    details["schema"] = sbom.schemaVersion;
    details["image"] = sbom.identity.name;
    details["files"] = sbom.files.size;
    const { name, sizeBytes } = file;
    const count = sbom.packages.length;
    return { name, role: "sbom", format: sbom.format, sizeBytes, count, details };
  }
  if (document.kind === "scan") {
    const { scan } = document;
    details["tool"] = `${scan.tool} ${scan.toolVersion}`.trim();
    details["database"] = scan.databaseBuilt;
    details["image"] = scan.identity.name;
    const { name, sizeBytes } = file;
    const count = scan.matches.length;
    return { name, role: "vulnerabilities", format: "grype", sizeBytes, count, details };
  }
  return undefined;
}
