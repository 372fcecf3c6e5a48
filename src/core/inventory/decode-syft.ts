/**
 * Holds the decoding of Syft JSON, schema 10 to 16, and the older shapes, which differ little.
 * In: elements of `artifacts`, `artifactRelationships` and `files` in any order. Out: an `Sbom`.
 * Must never take `evident-by` or `dependency-of` for ownership.
 */
import { decodeSyftFile } from "./decode-syft-file.ts";
import type { DocumentDecoder, DocumentProblems } from "./document-decoder.ts";
import { documentLimits } from "./document-decoder.ts";
import type { Distro, ImageFile, ImageIdentity, Package, Sbom } from "./image.ts";
import type { JsonPlace } from "./json-elements.ts";
import type { Faults, JsonObject } from "./json-value.ts";
import {
  isObject,
  nameKind,
  quoteText,
  readObject,
  readRequiredText,
  readText,
} from "./json-value.ts";
import { readLocations } from "./read-locations.ts";
import { readOwnedFiles, readRoots, readSourcePackage } from "./read-owned-files.ts";
import { repairLinkTargets } from "./repair-link-targets.ts";
import { noIdentity, readDescriptor, readDistro, readScanRoot, readSource } from "./syft-source.ts";

export function createSyftDecoder(problems: DocumentProblems): DocumentDecoder<Sbom> {
  const decoder = new SyftDecoder(problems);
  return {
    lists: new Map([
      ["artifacts", (value, place) => decoder.addArtifact(value, place)],
      ["artifactRelationships", (value) => decoder.addRelationship(value)],
      ["files", (value, place) => decoder.addFile(value, place)],
    ]),
    values: new Map([
      ["source", (value, place) => decoder.setSource(value, place)],
      ["distro", (value, place) => decoder.setDistro(value, place)],
      ["descriptor", (value, place) => decoder.setDescriptor(value, place)],
      ["schema", (value, place) => decoder.setSchema(value, place)],
    ]),
    finish: () => decoder.finish(),
  };
}

class SyftDecoder {
  private readonly problems: DocumentProblems;
  private readonly packages = new Map<string, Package>();
  private readonly files = new Map<string, ImageFile>();
  private readonly pathsById = new Map<string, string>();
  /** Package id → file ids, and package id → ids of packages that own it. */
  private readonly contains = new Map<string, string[]>();
  private readonly owners = new Map<string, string[]>();
  private relationshipCount = 0;
  /** Files that Syft itself could not examine. */
  private unexamined = { count: 0, first: "" };
  /** MIME types repeat; one text serves all files. */
  private readonly mimeTypes = new Map<string, string>();
  private identity: ImageIdentity = noIdentity;
  private scanRoot = "";
  private distro: Distro | undefined;
  private tool = "";
  private toolVersion = "";
  private schemaVersion = "";

  constructor(problems: DocumentProblems) {
    this.problems = problems;
  }

  addArtifact(value: unknown, place: JsonPlace): void {
    if (!isObject(value)) {
      this.problems.leftOut(place, `expected an object, found ${nameKind(value)}`);
      return;
    }
    if (this.packages.size >= documentLimits.packages) {
      this.problems.tooMany("artifacts", documentLimits.packages);
      return;
    }
    const faults: Faults = { first: undefined };
    const one = decodeArtifact(value, faults, this.problems, place);
    if (one === undefined) {
      this.problems.leftOut(place, faults.first ?? "it has no id or name");
    } else {
      this.problems.doubt(place, faults);
      if (this.packages.has(one.id)) this.problems.sameId(place);
      this.packages.set(one.id, one);
    }
  }

  addRelationship(value: unknown): void {
    if (!isObject(value)) return;
    const { parent, child, type } = value;
    if (typeof parent !== "string" || typeof child !== "string") return;
    const isOverlap = type === "ownership-by-file-overlap";
    if (!isOverlap && type !== "contains") return;
    if (this.relationshipCount >= documentLimits.relationships) {
      this.problems.tooMany("artifactRelationships", documentLimits.relationships);
      return;
    }
    this.relationshipCount += 1;
    const [table, from, to] = isOverlap
      ? [this.owners, child, parent]
      : [this.contains, parent, child];
    const list = table.get(from);
    if (list === undefined) table.set(from, [to]);
    else list.push(to);
  }

  addFile(value: unknown, place: JsonPlace): void {
    const faults: Faults = { first: undefined };
    // SPDX has a list of the same name; its decoder takes those.
    if (isObject(value) && typeof value["SPDXID"] === "string") return;
    const one = isObject(value) ? decodeSyftFile(value, faults) : undefined;
    if (one === undefined) {
      this.problems.leftOut(place, faults.first ?? `expected an object, found ${nameKind(value)}`);
      return;
    }
    if (this.files.size >= documentLimits.files) {
      this.problems.tooMany("files", documentLimits.files);
      return;
    }
    this.problems.doubt(place, faults);
    if (isObject(value) && saysUnexamined(value)) {
      const { count, first } = this.unexamined;
      this.unexamined = { count: count + 1, first: count === 0 ? one.file.path : first };
    }
    const { mimeType } = one.file;
    const shared = this.mimeTypes.get(mimeType) ?? mimeType;
    if (shared === mimeType && this.mimeTypes.size < 1000) this.mimeTypes.set(mimeType, mimeType);
    this.files.set(one.file.path, { ...one.file, mimeType: shared });
    if (one.id !== "") this.pathsById.set(one.id, one.file.path);
  }

  setSource(value: unknown, place: JsonPlace): void {
    const faults: Faults = { first: undefined };
    if (isObject(value)) {
      this.identity = readSource(value, faults);
      this.scanRoot = readScanRoot(value, faults);
    }
    this.problems.doubt(place, faults);
  }

  setDistro(value: unknown, place: JsonPlace): void {
    const faults: Faults = { first: undefined };
    if (isObject(value)) this.distro = readDistro(value, faults);
    this.problems.doubt(place, faults);
  }

  setDescriptor(value: unknown, place: JsonPlace): void {
    const faults: Faults = { first: undefined };
    if (isObject(value))
      ({ tool: this.tool, toolVersion: this.toolVersion } = readDescriptor(value, faults));
    this.problems.doubt(place, faults);
  }

  setSchema(value: unknown, place: JsonPlace): void {
    const faults: Faults = { first: undefined };
    if (isObject(value)) this.schemaVersion = readText(value, "version", faults);
    this.problems.doubt(place, faults);
  }

  finish(): Sbom {
    this.checkSchema();
    const { count, first } = this.unexamined;
    if (count > 0) {
      const text =
        `Syft could not examine all files, first ${quoteText(first)}: ` +
        "packages may be missing.";
      this.problems.remark("files-not-examined", "notice", text, count);
    }
    if (this.scanRoot !== "") this.repairLinks();
    const packages = [...this.packages.values()].map((one) => this.complete(one));
    return {
      input: this.problems.input,
      format: "syft",
      schemaVersion: this.schemaVersion,
      tool: this.tool,
      toolVersion: this.toolVersion,
      identity: this.identity,
      distro: this.distro,
      packages,
      files: this.files,
      hasAllFiles: this.listsAllFiles(),
      hasLocations: packages.length === 0 || packages.some(hasPaths),
    };
  }

  private listsAllFiles(): boolean {
    for (const { type } of this.files.values()) {
      if (type === "symlink") return true;
    }
    return false;
  }

  /** Adds what relationships say, and lets paths share their text with the list of files. */
  private complete(one: Package): Package {
    const share = (path: string) => this.files.get(path)?.path ?? path;
    const contained: string[] = [];
    for (const id of this.contains.get(one.id) ?? []) {
      const path = this.pathsById.get(id);
      if (path !== undefined && this.files.get(path)?.type !== "directory") contained.push(path);
    }
    const files = one.files.filter((path) => this.files.get(path)?.type !== "directory");
    return {
      ...one,
      files: [...new Set(files.map(share))],
      containedFiles: [...new Set(contained)].sort(),
      ownedBy: [...new Set(this.owners.get(one.id) ?? [])].sort(),
    };
  }

  private repairLinks(): void {
    const { guessedCount, lostCount } = repairLinkTargets(this.files, this.scanRoot);
    if (guessedCount > 0) {
      const text =
        "a scan of a directory does not say where all links lead; some targets were found by name.";
      this.problems.remark("link-target-guessed", "doubtful", text, guessedCount);
    }
    if (lostCount > 0) {
      const text =
        "a scan of a directory does not say where some links lead; scan the image itself.";
      this.problems.remark("link-target-unknown", "doubtful", text, lostCount);
    }
  }

  private checkSchema(): void {
    const major = Number.parseInt(this.schemaVersion, 10);
    if (major > 16) {
      const text = `Syft schema ${this.schemaVersion} is newer than 16; some fields may be missed.`;
      this.problems.remark("schema-newer", "notice", text);
    } else if (major < 10) {
      const text = `Syft schema ${this.schemaVersion} is older than 10; scan with a new Syft.`;
      this.problems.remark("schema-older", "doubtful", text);
    }
  }
}

/** Syft also notes programs that no package is known for: those it did examine. */
function saysUnexamined(file: JsonObject): boolean {
  const unknowns = file["unknowns"];
  return (
    Array.isArray(unknowns) &&
    unknowns.some((one) => typeof one === "string" && !one.startsWith("unknowns-labeler:"))
  );
}

function hasPaths(one: Package): boolean {
  return one.locations.length + one.files.length + one.containedFiles.length > 0;
}

function decodeArtifact(
  record: JsonObject,
  faults: Faults,
  problems: DocumentProblems,
  place: JsonPlace,
): Package | undefined {
  const name = readRequiredText(record, "name", faults);
  const version = readText(record, "version", faults);
  const type = readText(record, "type", faults);
  if (faults.first !== undefined) return undefined;
  // The first schemas had no ids: then package and scan are joined by what they say of themselves.
  const id = readRequiredText(record, "id", faults) || `${type}:${name}@${version}#${place.path}`;
  const metadata = readObject(record, "metadata", faults) ?? {};
  const locations = readLocations(record, faults);
  const purl = readText(record, "purl", faults);
  const artifact = { name, version, type, purl, locations, metadata };
  const inside: Faults = { first: undefined };
  const one = {
    id,
    name,
    version,
    type,
    language: readText(record, "language", faults),
    purl,
    locations,
    source: readSourcePackage(artifact, inside),
    files: readOwnedFiles(artifact, inside),
    containedFiles: [],
    virtualPath: readText(metadata, "virtualPath", inside),
    roots: readRoots(artifact, inside),
    ownedBy: [],
  };
  problems.doubt({ ...place, path: `${place.path}.metadata` }, inside);
  return one;
}
