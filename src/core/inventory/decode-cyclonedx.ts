/**
 * Holds the decoding of CycloneDX 1.4 to 1.7 JSON as far as it carries packages.
 * In: elements of `components` (nested ones too) and `metadata`, as Syft, Trivy and others write
 * them. Out: an `Sbom`; file ownership is unknown to the format.
 * Must never take licences, services or vulnerabilities for packages.
 */
import { absolutePath } from "./container-path.ts";
import type { DocumentDecoder, DocumentProblems } from "./document-decoder.ts";
import { documentLimits } from "./document-decoder.ts";
import type { Distro, ImageFile, ImageIdentity, Package, Sbom } from "./image.ts";
import type { JsonPlace } from "./json-elements.ts";
import type { Faults, JsonObject } from "./json-value.ts";
import {
  isObject,
  nameKind,
  readObject,
  readObjects,
  readRequiredText,
  readText,
} from "./json-value.ts";
import { distroOf, isImagePurl, parsePurl, purlSource, sourceRpmName, syftType } from "./purl.ts";
import { placesOf } from "./read-locations.ts";
import { digestOf, noIdentity } from "./syft-source.ts";

/** **Source**: CycloneDX 1.4 to 1.6. **Shape**: vulnerabilities in it are counted and left out. */
export function createCyclonedxDecoder(problems: DocumentProblems): DocumentDecoder<Sbom> {
  const decoder = new CyclonedxDecoder(problems);
  return {
    lists: new Map([
      ["components", (value: unknown, place: JsonPlace) => decoder.addComponent(value, place)],
      ["vulnerabilities", () => decoder.passVulnerability()],
    ]),
    values: new Map([
      ["metadata", (value: unknown, place: JsonPlace) => decoder.setMetadata(value, place)],
      ["specVersion", (value: unknown) => decoder.setVersion(value)],
    ]),
    finish: () => decoder.finish(),
  };
}

class CyclonedxDecoder {
  private readonly problems: DocumentProblems;
  private readonly packages = new Map<string, Package>();
  private readonly files = new Map<string, ImageFile>();
  private head = { tool: "", toolVersion: "", identity: noIdentity };
  private schemaVersion = "";
  private distro: Distro | undefined;
  private vulnerabilityCount = 0;

  constructor(problems: DocumentProblems) {
    this.problems = problems;
  }

  addComponent(value: unknown, place: JsonPlace): void {
    if (!isObject(value)) {
      this.problems.leftOut(place, `expected an object, found ${nameKind(value)}`);
      return;
    }
    for (const nested of flatten(value, place)) this.addOne(nested.record, nested.place);
  }

  passVulnerability(): void {
    this.vulnerabilityCount += 1;
  }

  setMetadata(value: unknown, place: JsonPlace): void {
    const faults: Faults = { first: undefined };
    if (isObject(value)) this.head = readMetadata(value, faults);
    this.problems.doubt(place, faults);
  }

  setVersion(value: unknown): void {
    this.schemaVersion = typeof value === "string" ? value : "";
  }

  finish(): Sbom {
    if (this.vulnerabilityCount > 0) {
      const text =
        "its vulnerabilities are not read, only its packages; " +
        "write the scan with `grype … -o json`.";
      const count = this.vulnerabilityCount;
      this.problems.remark("vulnerabilities-not-read", "doubtful", text, count);
    }
    const packages = [...this.packages.values()];
    return {
      input: this.problems.input,
      format: "cyclonedx",
      schemaVersion: this.schemaVersion,
      ...this.head,
      distro: this.distro ?? distroOf(packages),
      packages,
      files: this.files,
      hasAllFiles: false,
      hasLocations: packages.some((one) => one.locations.length > 0),
    };
  }

  private addOne(record: JsonObject, place: JsonPlace): void {
    const faults: Faults = { first: undefined };
    const kind = readText(record, "type", faults);
    const path = kind === "file" ? absolutePath(readText(record, "name", faults)) : "";
    if (path !== "") this.addFile(path);
    if (kind === "operating-system") this.distro = readSystem(record, faults) ?? this.distro;
    if (!isPackage(record, kind, faults)) return;
    if (this.packages.size >= documentLimits.packages) {
      this.problems.tooMany("components", documentLimits.packages);
      return;
    }
    const one = decodeComponent(record, place, faults);
    if (one === undefined) {
      this.problems.leftOut(place, faults.first ?? "it has no name");
      return;
    }
    this.problems.doubt(place, faults);
    if (this.packages.has(one.id)) this.problems.sameId(place);
    this.packages.set(one.id, one);
  }

  private addFile(path: string): void {
    if (this.files.size < documentLimits.files) this.files.set(path, plainFile(path));
    else this.problems.tooMany("components", documentLimits.files);
  }
}

function flatten(
  component: JsonObject,
  place: JsonPlace,
): readonly { record: JsonObject; place: JsonPlace }[] {
  const all = [{ record: component, place }];
  for (let at = 0; at < all.length; at += 1) {
    const parent = all[at];
    const nested = parent?.record["components"];
    if (parent === undefined || !Array.isArray(nested)) continue;
    nested.forEach((record: unknown, index) => {
      const path = `${parent.place.path}.components[${index}]`;
      if (isObject(record)) all.push({ record, place: { path, offset: place.offset } });
    });
  }
  return all;
}

export function plainFile(path: string): ImageFile {
  const nothing = { linkTarget: "", importedLibraries: [], executable: false, mimeType: "" };
  return { path, type: "file", ...nothing };
}

const packageKinds: ReadonlySet<string> = new Set(["library", "framework", "application"]);

/** A lock file is an application without a package URL in some documents: that is no package. */
function isPackage(record: JsonObject, kind: string, faults: Faults): boolean {
  const purl = parsePurl(readText(record, "purl", faults));
  if (purl !== undefined) return !isImagePurl(purl);
  if (!packageKinds.has(kind)) return false;
  return kind !== "application" || readProperties(record, faults).has("syft:package:type");
}

function readProperties(record: JsonObject, faults: Faults): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  for (const one of readObjects(record, "properties", faults)) {
    const name = readText(one, "name", faults);
    // CPEs are most of the properties and nobody's here.
    if (name !== "" && name !== "syft:cpe23") properties.set(name, readText(one, "value", faults));
  }
  return properties;
}

function decodeComponent(
  record: JsonObject,
  place: JsonPlace,
  faults: Faults,
): Package | undefined {
  const name = readRequiredText(record, "name", faults);
  if (name === "") return undefined;
  const group = readText(record, "group", faults);
  const reference = readText(record, "bom-ref", faults);
  const text = readText(record, "purl", faults);
  const purl = parsePurl(text);
  const properties = readProperties(record, faults);
  const type = properties.get("syft:package:type") ?? (purl === undefined ? "" : syftType(purl));
  const source = readSourceName(properties, purl === undefined ? "" : purlSource(purl));
  return {
    id: reference === "" ? `${text === "" ? name : text}#${place.path}` : reference,
    name: group === "" || type === "java-archive" ? name : `${group}/${name}`,
    version: readText(record, "version", faults),
    type,
    language: properties.get("syft:package:language") ?? "",
    purl: text,
    locations: placesOf(readPaths(record, properties, faults)),
    source: source === name ? "" : source,
    files: [],
    containedFiles: [],
    virtualPath: properties.get("syft:metadata:virtualPath") ?? "",
    roots: [],
    ownedBy: [],
  };
}

function readSourceName(properties: ReadonlyMap<string, string>, upstream: string): string {
  const rpm = properties.get("syft:metadata:sourceRpm") ?? "";
  const named = [
    properties.get("syft:metadata:source"),
    properties.get("syft:metadata:originPackage"),
    rpm === "" ? undefined : sourceRpmName(rpm),
    properties.get("aquasecurity:trivy:SrcName"),
  ].find((one) => one !== undefined && one !== "");
  return named ?? upstream;
}

/** Syft's numbered properties, Trivy's file path, and what 1.5 calls occurrences. */
function readPaths(
  record: JsonObject,
  properties: ReadonlyMap<string, string>,
  faults: Faults,
): readonly string[] {
  const paths: string[] = [];
  for (const [name, value] of properties) {
    if (/^syft:location:\d+:path$/.test(name)) paths.push(value);
  }
  const trivy = properties.get("aquasecurity:trivy:FilePath") ?? "";
  if (trivy !== "") paths.push(trivy);
  const evidence = readObject(record, "evidence", faults);
  if (evidence !== undefined) {
    for (const one of readObjects(evidence, "occurrences", faults)) {
      const location = readText(one, "location", faults);
      if (location !== "" && !location.includes("://")) paths.push(location);
    }
  }
  return paths;
}

function readSystem(record: JsonObject, faults: Faults): Distro | undefined {
  const properties = readProperties(record, faults);
  const id = properties.get("syft:distro:id") ?? readText(record, "name", faults);
  if (id === "") return undefined;
  const version = properties.get("syft:distro:versionID") ?? readText(record, "version", faults);
  const idLike = properties.get("syft:distro:idLike:0") ?? "";
  return { id, version, idLike: idLike === "" ? [] : [idLike] };
}

interface Head {
  readonly tool: string;
  readonly toolVersion: string;
  readonly identity: ImageIdentity;
}

/** **Shape**: `tools` is a list up to 1.4, since 1.5 also an object with `components`. */
function readMetadata(metadata: JsonObject, faults: Faults): Head {
  const tools = isObject(metadata["tools"])
    ? readObjects(metadata["tools"], "components", faults)
    : readObjects(metadata, "tools", faults);
  const [tool = {}] = tools;
  const component = readObject(metadata, "component", faults);
  return {
    tool: readText(tool, "name", faults),
    toolVersion: readText(tool, "version", faults),
    identity: component === undefined ? noIdentity : readSubject(component, faults),
  };
}

const subjectKinds: ReadonlyMap<string, ImageIdentity["kind"]> = new Map([
  ["container", "image"],
  ["file", "directory"],
]);

function readSubject(component: JsonObject, faults: Faults): ImageIdentity {
  const version = readText(component, "version", faults);
  const purl = parsePurl(readText(component, "purl", faults));
  const kind =
    purl !== undefined && isImagePurl(purl)
      ? "image"
      : (subjectKinds.get(readText(component, "type", faults)) ?? "unknown");
  const all = readObjects(component, "properties", faults).map(
    (one) => [readText(one, "name", faults), readText(one, "value", faults)] as const,
  );
  const valuesOf = (...names: readonly string[]) =>
    all.filter(([name, value]) => names.includes(name) && value !== "").map(([, value]) => value);
  const name = readText(component, "name", faults);
  return {
    kind,
    name: kind === "image" ? withTag(name, version) : name,
    tags: valuesOf("aquasecurity:trivy:RepoTag", "syft:image:tag"),
    manifestDigest: digestOf(version),
    imageId: digestOf(valuesOf("aquasecurity:trivy:ImageID", "syft:image:id")[0] ?? ""),
    repoDigests: valuesOf("aquasecurity:trivy:RepoDigest", "syft:image:repoDigest"),
    architecture: purl?.qualifiers.get("arch") ?? "",
    layers: [],
    baseName: valuesOf("syft:image:labels:org.opencontainers.image.base.name")[0] ?? "",
  };
}

/** The version of an image component is its tag or its digest. */
export function withTag(name: string, version: string): string {
  const isTag = /^\w[\w.-]{0,127}$/.test(version);
  const lastPart = name.slice(name.lastIndexOf("/") + 1);
  if (!isTag || name.startsWith("/") || name.startsWith(".") || /[:@]/.test(lastPart)) return name;
  return `${name}:${version}`;
}
