/**
 * Holds how Syft's `source` (and Grype's, which has the same shapes) tells what was scanned.
 * In: the parsed `source` and `distro` objects of any schema. Out: identity and distribution.
 * Must never guess a digest.
 */
import { cutText, textLengthMax } from "../event/bounds.ts";
import type { Distro, ImageIdentity } from "./image.ts";
import type { Faults, JsonObject } from "./json-value.ts";
import { isObject, readObject, readObjects, readText, readTexts } from "./json-value.ts";

const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** The digest when it is one, else "". */
export function digestOf(text: string): string {
  return digestPattern.test(text) ? text : "";
}

export const noIdentity: ImageIdentity = {
  kind: "unknown",
  name: "",
  tags: [],
  manifestDigest: "",
  imageId: "",
  repoDigests: [],
  architecture: "",
  layers: [],
  baseName: "",
};

const kinds: ReadonlyMap<string, ImageIdentity["kind"]> = new Map([
  ["image", "image"],
  ["oci-model", "image"],
  ["directory", "directory"],
  ["file", "archive"],
  ["snap", "archive"],
]);

/**
 * **Shape**: `{type, target}` up to schema 10, `{name, version, type, metadata}` later; target and
 * metadata are text for a directory in some versions.
 */
export function readSource(source: JsonObject, faults: Faults): ImageIdentity {
  const body = source["metadata"] ?? source["target"];
  const kind = kinds.get(readText(source, "type", faults)) ?? "unknown";
  const named = sourceName(source, faults);
  if (!isObject(body)) {
    const target = typeof body === "string" ? body : "";
    return { ...noIdentity, kind, name: named === "" ? target : named };
  }
  const name = named === "" ? nameOfBody(body, faults) : named;
  const identity = {
    kind,
    name,
    tags: readTexts(body, "tags", faults),
    manifestDigest: digestOf(readText(body, "manifestDigest", faults)),
    imageId: digestOf(readText(body, "imageID", faults)),
    repoDigests: readTexts(body, "repoDigests", faults),
    architecture: readText(body, "architecture", faults),
    layers: readLayers(body, faults),
    baseName: readBaseName(body, faults),
  };
  return withNamedDigest(identity, readText(source, "version", faults));
}

/** **Unit**: layers; container runtimes stop at 127. */
const layerCountMax = 1000;

function readLayers(body: JsonObject, faults: Faults): readonly string[] {
  return readObjects(body, "layers", faults)
    .slice(0, layerCountMax)
    .map((layer) => readText(layer, "digest", faults));
}

/** **Source**: OCI image-spec annotations.md, `org.opencontainers.image.base.*`. */
function readBaseName(body: JsonObject, faults: Faults): string {
  const labels = ["labels", "annotations"].map((key) => readObject(body, key, faults) ?? {});
  const keys = ["org.opencontainers.image.base.name", "org.opencontainers.image.base.digest"];
  const found = keys.flatMap((key) => labels.map((one) => readText(one, key, faults)));
  return cutText(found.find((text) => text !== "") ?? "", textLengthMax.name);
}

/** Syft splits `nginx:1.25` into name and version; a digest is no part of a name. */
function sourceName(source: JsonObject, faults: Faults): string {
  const name = readText(source, "name", faults);
  const version = readText(source, "version", faults);
  const isTag = /^[\w][\w.-]{0,127}$/.test(version);
  const isPath = name.startsWith("/") || name.startsWith(".");
  const lastPart = name.slice(name.lastIndexOf("/") + 1);
  if (name === "" || !isTag || isPath || lastPart.includes(":")) return name;
  return source["type"] === "image" ? `${name}:${version}` : name;
}

function nameOfBody(body: JsonObject, faults: Faults): string {
  const asked = readText(body, "userInput", faults);
  return asked === "" ? readText(body, "path", faults) : asked;
}

/** A scan of `name@sha256:…` names the digest of an index, which `repoDigests` may lack. */
function withNamedDigest(identity: ImageIdentity, version: string): ImageIdentity {
  const { name, repoDigests } = identity;
  const isReference = identity.kind === "image" && name !== "" && /^[a-z0-9]/.test(name);
  if (!isReference || digestOf(version) === "" || version === identity.manifestDigest) {
    return identity;
  }
  const full = `${name.split("@")[0]}@${version}`;
  return repoDigests.includes(full)
    ? identity
    : { ...identity, repoDigests: [...repoDigests, full] };
}

/** **Shape**: Syft's `{id, versionID, …}`, the older and Grype's `{name, version}`. */
export function readDistro(distro: JsonObject, faults: Faults): Distro | undefined {
  const id = readText(distro, "id", faults);
  const version = readText(distro, "versionID", faults);
  const named = id === "" ? readText(distro, "name", faults) : id;
  if (named === "") return undefined;
  return {
    id: named,
    version: version === "" ? readText(distro, "version", faults) : version,
    idLike: readTexts(distro, "idLike", faults),
  };
}

/** Directory that a directory scan was relative to; "" for others. */
export function readScanRoot(source: JsonObject, faults: Faults): string {
  if (source["type"] !== "directory") return "";
  const body = source["metadata"] ?? source["target"];
  if (!isObject(body)) return typeof body === "string" ? body : "";
  const base = readText(body, "base", faults);
  return base === "" ? readText(body, "path", faults) : base;
}

/** Name and version of the tool that wrote the document. */
export function readDescriptor(
  descriptor: JsonObject,
  faults: Faults,
): { tool: string; toolVersion: string; database: JsonObject | undefined } {
  return {
    tool: readText(descriptor, "name", faults),
    toolVersion: readText(descriptor, "version", faults),
    database: readObject(descriptor, "db", faults),
  };
}
