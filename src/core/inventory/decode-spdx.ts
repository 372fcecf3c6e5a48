/**
 * Holds the decoding of SPDX 2.2 and 2.3 JSON as far as it carries packages and their files.
 * In: elements of `packages`, `files` and `relationships` in any order. Out: an `Sbom`.
 * Must never take a relationship other than CONTAINS (or CONTAINED_BY) for ownership.
 */
import { absolutePath } from "./container-path.ts";
import { plainFile, withTag } from "./decode-cyclonedx.ts";
import type { DocumentDecoder, DocumentProblems } from "./document-decoder.ts";
import { documentLimits } from "./document-decoder.ts";
import type { Distro, ImageFile, ImageIdentity, Package, Sbom } from "./image.ts";
import type { JsonPlace } from "./json-elements.ts";
import type { Faults, JsonObject } from "./json-value.ts";
import {
  isObject,
  nameKind,
  readObjects,
  readRequiredText,
  readText,
  readTexts,
} from "./json-value.ts";
import type { Purl } from "./purl.ts";
import { distroOf, isImagePurl, parsePurl, purlSource, syftType } from "./purl.ts";
import { placesOf } from "./read-locations.ts";
import { digestOf, noIdentity } from "./syft-source.ts";

export function createSpdxDecoder(problems: DocumentProblems): DocumentDecoder<Sbom> {
  const decoder = new SpdxDecoder(problems);
  return {
    lists: new Map([
      ["packages", (value, place) => decoder.addPackage(value, place)],
      ["files", (value, place) => decoder.addFile(value, place)],
      ["relationships", (value) => decoder.addRelationship(value)],
    ]),
    values: new Map([
      ["spdxVersion", (value) => decoder.setVersion(value)],
      ["creationInfo", (value, place) => decoder.setCreation(value, place)],
      ["name", (value) => decoder.setName(value)],
      ["documentDescribes", (value) => decoder.setDescribed(value)],
    ]),
    finish: () => decoder.finish(),
  };
}

class SpdxDecoder {
  private readonly problems: DocumentProblems;
  private readonly packages = new Map<string, Package>();
  /** What the document is about, by id: an image, a directory, an operating system. */
  private readonly subjects = new Map<string, ImageIdentity>();
  private readonly pathsById = new Map<string, string>();
  private readonly files = new Map<string, ImageFile>();
  private readonly contains = new Map<string, string[]>();
  private readonly described = new Set<string>();
  private relationshipCount = 0;
  private distro: Distro | undefined;
  private creator = { tool: "", toolVersion: "" };
  private version = "";
  private name = "";

  constructor(problems: DocumentProblems) {
    this.problems = problems;
  }

  addPackage(value: unknown, place: JsonPlace): void {
    const faults: Faults = { first: undefined };
    if (!isObject(value)) {
      this.problems.leftOut(place, `expected an object, found ${nameKind(value)}`);
      return;
    }
    const id = readRequiredText(value, "SPDXID", faults);
    const name = readRequiredText(value, "name", faults);
    if (id === "" || name === "") {
      this.problems.leftOut(place, faults.first ?? "it has no id or name");
      return;
    }
    if (this.packages.size >= documentLimits.packages) {
      this.problems.tooMany("packages", documentLimits.packages);
      return;
    }
    const purl = readPurl(value, faults);
    const purpose = readText(value, "primaryPackagePurpose", faults);
    const parsed = parsePurl(purl);
    if (purpose === "OPERATING-SYSTEM") {
      const version = readText(value, "versionInfo", faults);
      this.distro = { id: name, version, idLike: [] };
    } else if (isSubject(id, purpose, parsed)) {
      this.subjects.set(id, readSubject(value, purpose, parsed));
    } else {
      for (const file of readTexts(value, "hasFiles", faults)) this.relate(this.contains, id, file);
      if (this.packages.has(id)) this.problems.sameId(place);
      this.packages.set(id, decodePackage(value, purl, faults));
    }
    this.problems.doubt(place, faults);
  }

  addFile(value: unknown, place: JsonPlace): void {
    const faults: Faults = { first: undefined };
    if (!isObject(value) || typeof value["SPDXID"] !== "string") return;
    const path = absolutePath(readRequiredText(value, "fileName", faults));
    if (path === "") {
      this.problems.leftOut(place, faults.first ?? "it has no fileName");
      return;
    }
    if (this.files.size >= documentLimits.files) {
      this.problems.tooMany("files", documentLimits.files);
      return;
    }
    const hasContent = readObjects(value, "checksums", faults).some(
      (one) => !/^0*$/.test(readText(one, "checksumValue", faults)),
    );
    // Syft gives directories and links a checksum of zeros.
    const file = plainFile(path);
    this.files.set(path, hasContent ? file : { ...file, type: "other" });
    this.pathsById.set(value["SPDXID"], path);
  }

  addRelationship(value: unknown): void {
    if (!isObject(value)) return;
    const { spdxElementId: from, relatedSpdxElement: to, relationshipType: type } = value;
    if (typeof from !== "string" || typeof to !== "string") return;
    if (type === "CONTAINS") this.relate(this.contains, from, to);
    else if (type === "CONTAINED_BY") this.relate(this.contains, to, from);
    else if (type === "DESCRIBES") this.describe(to);
    else if (type === "DESCRIBED_BY") this.describe(from);
  }

  setVersion(value: unknown): void {
    this.version = typeof value === "string" ? value.replace(/^SPDX-/, "") : "";
  }

  setName(value: unknown): void {
    this.name = typeof value === "string" ? value : "";
  }

  setDescribed(value: unknown): void {
    if (!Array.isArray(value)) return;
    for (const id of value) if (typeof id === "string") this.describe(id);
  }

  setCreation(value: unknown, place: JsonPlace): void {
    const faults: Faults = { first: undefined };
    if (!isObject(value)) return;
    const creators = readTexts(value, "creators", faults);
    const tool = creators.find((one) => one.startsWith("Tool: "))?.slice("Tool: ".length) ?? "";
    const match = /^(.+?)-v?(\d.*)$/.exec(tool);
    this.creator = { tool: match?.[1] ?? tool, toolVersion: match?.[2] ?? "" };
    this.problems.doubt(place, faults);
  }

  finish(): Sbom {
    const packages = [...this.packages.values()].map((one) => this.complete(one));
    return {
      input: this.problems.input,
      format: "spdx",
      schemaVersion: this.version,
      ...this.creator,
      identity: this.identity(),
      distro: this.distro ?? distroOf(packages),
      packages,
      files: this.files,
      // The format does not tell links and directories from other files without content.
      hasAllFiles: false,
      hasLocations: packages.some(
        (one) => one.locations.length > 0 || one.containedFiles.length > 0,
      ),
    };
  }

  private identity(): ImageIdentity {
    const [first] = [...this.described].flatMap((id) => this.subjects.get(id) ?? []);
    const [only] = this.subjects.values();
    return first ?? only ?? { ...noIdentity, name: this.name };
  }

  private complete(one: Package): Package {
    const paths = (this.contains.get(`SPDXRef-${one.id}`) ?? this.contains.get(one.id) ?? [])
      .map((id) => this.pathsById.get(id) ?? "")
      .filter((path) => path !== "");
    return { ...one, containedFiles: [...new Set(paths)].sort() };
  }

  private describe(id: string): void {
    if (this.described.size < 1000) this.described.add(id);
  }

  private relate(table: Map<string, string[]>, from: string, to: string): void {
    if (this.relationshipCount >= documentLimits.relationships) {
      this.problems.tooMany("relationships", documentLimits.relationships);
      return;
    }
    this.relationshipCount += 1;
    const list = table.get(from);
    if (list === undefined) table.set(from, [to]);
    else list.push(to);
  }
}

/** The thing that was scanned is listed as a package, too. */
function isSubject(id: string, purpose: string, purl: Purl | undefined): boolean {
  if (purl !== undefined) return isImagePurl(purl);
  return purpose === "CONTAINER" || id.startsWith("SPDXRef-DocumentRoot-");
}

function readPurl(record: JsonObject, faults: Faults): string {
  for (const one of readObjects(record, "externalRefs", faults)) {
    if (readText(one, "referenceType", faults) === "purl") {
      return readText(one, "referenceLocator", faults);
    }
  }
  return "";
}

function readSubject(record: JsonObject, purpose: string, purl: Purl | undefined): ImageIdentity {
  const faults: Faults = { first: undefined };
  const name = readText(record, "name", faults);
  const version = readText(record, "versionInfo", faults);
  const isImage = purpose === "CONTAINER" || (purl !== undefined && isImagePurl(purl));
  if (!isImage) return { ...noIdentity, kind: "directory", name };
  const sha = readObjects(record, "checksums", faults).find(
    (one) => readText(one, "algorithm", faults).toUpperCase() === "SHA256",
  );
  const digests = [
    digestOf(version),
    sha === undefined ? "" : digestOf(`sha256:${readText(sha, "checksumValue", faults)}`),
    purl === undefined ? "" : digestOf(purl.version),
  ];
  const repository = purl?.qualifiers.get("repository_url") ?? "";
  const tag = purl?.qualifiers.get("tag") ?? "";
  return {
    ...noIdentity,
    kind: "image",
    name: withTag(name, version),
    tags: repository !== "" && tag !== "" ? [`${repository}:${tag}`] : [],
    manifestDigest: digests.find((one) => one !== "") ?? "",
    architecture: purl?.qualifiers.get("arch") ?? "",
  };
}

function decodePackage(record: JsonObject, text: string, faults: Faults): Package {
  const name = readText(record, "name", faults);
  const id = readText(record, "SPDXID", faults);
  const purl = parsePurl(text);
  const source = purl === undefined ? "" : purlSource(purl);
  const version = readText(record, "versionInfo", faults);
  return {
    // Grype drops the prefix when it reads SPDX: without it the ids of both are equal.
    id: id.replace(/^SPDXRef-/, ""),
    name,
    version: version === "NOASSERTION" ? "" : version,
    type: purl === undefined ? typeInId(id) : syftType(purl),
    language: "",
    purl: text,
    locations: placesOf(readSourcePaths(readText(record, "sourceInfo", faults))),
    source: source === name ? "" : source,
    files: [],
    containedFiles: [],
    virtualPath: "",
    roots: [],
    ownedBy: [],
  };
}

/** Syft writes `acquired package info from WHAT: /path, /path`. */
function readSourcePaths(sourceInfo: string): readonly string[] {
  const list = /: (\/.*)$/.exec(sourceInfo)?.[1] ?? "";
  return list.split(/, (?=\/)/).filter((path) => path !== "");
}

/** Syft puts its own type into the id: `SPDXRef-Package-binary-node-…`. */
function typeInId(id: string): string {
  const types = /^SPDXRef-Package-(binary|deb|rpm|apk|python|npm|gem|go-module|rust-crate)-/;
  const java = /^SPDXRef-Package-(java-archive|jenkins-plugin|dotnet|php-composer|conda|nix)-/;
  return types.exec(id)?.[1] ?? java.exec(id)?.[1] ?? "";
}
