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
import { type AttachedFile, attachTo, expandLayouts } from "./load-oci-layout.ts";
import { openEnvelope } from "./open-envelope.ts";
import type { OperationContext } from "./operation.ts";
import { listJoinedFiles, type NamedFile, noteTruncation, readText } from "./read-text.ts";

/** An envelope is read whole. */
const envelopeSizeBytesMax = 256 * 1024 * 1024;

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
    const listed = await listJoinedFiles(context.files, given);
    for (const file of await expandLayouts(listed, { files: context.files, problems })) {
      if (file.joinName !== "") byHand.push({ name: file.joinName, input: file.name });
      const key = "subject" in file ? `${file.name}\u0000${file.subject}` : file.name;
      if (seen.has(key)) continue;
      seen.add(key);
      const loaded = await loadOne(file, context, problems);
      if (loaded === undefined) continue;
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

/** undefined: an attestation of something else than packages. */
async function loadOne(
  file: NamedFile | AttachedFile,
  context: OperationContext,
  problems: ProblemLog,
): Promise<Loaded | undefined> {
  const { name, sizeBytes } = file;
  context.onProgress({
    stage: "inventory",
    input: name,
    consumedBytes: 0,
    sizeBytes,
    eventCount: 0,
  });
  if ("subject" in file) return loadAttached(file, context, problems);
  const open = await context.files.open(name);
  const document = await readInventory(open.chunks, name, problems);
  noteTruncation(open, problems);
  return { file, compression: open.compression, document };
}

async function loadAttached(
  file: AttachedFile,
  { files }: OperationContext,
  problems: ProblemLog,
): Promise<Loaded | undefined> {
  const { name, subject } = file;
  if (!file.isEnvelope) {
    const open = await files.open(name);
    const document = await readInventory(open.chunks, name, problems);
    noteTruncation(open, problems);
    return { file, compression: open.compression, document: attachTo(document, subject) };
  }
  if (file.sizeBytes > envelopeSizeBytesMax) return refused(file, "an envelope beyond 256 MB");
  const sizeBytesMax = envelopeSizeBytesMax;
  const text = await readText(files, name, { sizeBytesMax, problems });
  const payload = openEnvelope(text.text);
  if (payload === undefined) return refused(file, "no envelope with a payload");
  const isOther = payload.predicateType !== "" && !/spdx|cyclonedx/i.test(payload.predicateType);
  if (isOther) return undefined;
  const document = await readInventory(oneChunk(payload.bytes), name, problems);
  return { file, compression: text.compression, document: attachTo(document, subject) };
}

function refused(file: NamedFile, what: string): Loaded {
  const message = `${JSON.stringify(file.name)} is ${what}.`;
  return { file, compression: "plain", document: { kind: "refused", message, path: "" } };
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
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
