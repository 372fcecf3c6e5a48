/**
 * Holds SBOMs and scans that a directory in OCI layout attaches to images: referrers, attestations
 * of BuildKit, tags of cosign.
 * In: a listed directory. Out: the documents with the digest of the image each is about; all else
 * is left out; what should be one and cannot be read is a problem.
 * Must never open a path that is not made of a digest. Neither signatures nor digests are checked.
 * **Source**: OCI image-spec 1.1 (image-layout, manifest `subject`); in-toto attestation and DSSE;
 * BuildKit, attestation-storage; cosign, its tag scheme.
 */
import type { ProblemLog } from "../core/event/problem.ts";
import type { ImageIdentity } from "../core/inventory/image.ts";
import { isObject, type JsonObject } from "../core/inventory/json-value.ts";
import type { InventoryDocument } from "../core/inventory/read-document.ts";
import { quoteName } from "../core/judge/quote-name.ts";
import type { Files } from "../ports/files.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { type NamedFile, readText } from "./read-text.ts";

/** A file that says of which image it is. */
export interface AttachedFile extends NamedFile {
  /** `sha256:…` of the image's manifest or index. */
  readonly subject: string;
  /** The document lies in a signed or bundled envelope, as base64. */
  readonly isEnvelope: boolean;
}

interface Walk {
  readonly files: Files;
  readonly problems: ProblemLog;
  readonly layout: string;
  readonly joinName: string;
  readonly found: Map<string, AttachedFile>;
  readonly seen: Set<string>;
}

const manifestSizeBytesMax = 4 * 1024 * 1024;
const manifestCountMax = 20_000;
const depthMax = 4;

/**
 * Puts what a layout attaches in the place of the layout's own files. **Order**: other files first.
 * **Errors**: throws what listing throws, but for blobs that are not there.
 */
export async function expandLayouts(
  listed: readonly NamedFile[],
  { files, problems }: Pick<Walk, "files" | "problems">,
): Promise<readonly (NamedFile | AttachedFile)[]> {
  const names = new Set(listed.map(({ name }) => name));
  const marks = listed.filter(({ name, fromDirectory }) => {
    return fromDirectory && name.endsWith(mark) && names.has(`${folderOf(name)}/index.json`);
  });
  const expanded: (NamedFile | AttachedFile)[] = listed.filter(
    ({ name, fromDirectory }) =>
      !fromDirectory || !marks.some((one) => folderOf(one.name) === folderOf(name)),
  );
  for (const { name, joinName } of marks) {
    const found = new Map<string, AttachedFile>();
    const layout = folderOf(name);
    const walk: Walk = { files, problems, layout, joinName, found, seen: new Set() };
    const index = await readJson(`${layout}/index.json`, walk);
    if (index !== undefined) await walkIndex(index, walk, depthMax);
    if (found.size === 0)
      tell(walk, layout, "The OCI layout attaches no SBOM or scan to an image.");
    expanded.push(...found.values());
  }
  return expanded;
}

const mark = "/oci-layout";

function folderOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}

/** The same document, known by the image it is attached to. */
export function attachTo(document: InventoryDocument, subject: string): InventoryDocument {
  const attach = (identity: ImageIdentity): ImageIdentity => {
    const { manifestDigest, repoDigests, kind } = identity;
    if (manifestDigest === subject) return identity;
    if (manifestDigest === "") {
      return { ...identity, kind: kind === "unknown" ? "image" : kind, manifestDigest: subject };
    }
    // The subject may be the index of the manifest that was scanned.
    return { ...identity, repoDigests: [...repoDigests, subject] };
  };
  if (document.kind === "sbom") {
    const { sbom } = document;
    return { ...document, sbom: { ...sbom, identity: attach(sbom.identity) } };
  }
  if (document.kind === "scan") {
    const { scan } = document;
    return { ...document, scan: { ...scan, identity: attach(scan.identity) } };
  }
  return document;
}

async function walkIndex(index: JsonObject, walk: Walk, depth: number): Promise<void> {
  for (const descriptor of objectsOf(index["manifests"])) {
    const path = blobOf(descriptor, walk);
    if (path === undefined || walk.seen.has(path)) continue;
    if (walk.seen.size >= manifestCountMax) {
      tell(walk, walk.layout, `More than ${manifestCountMax} manifests; the rest is not read.`);
      return;
    }
    walk.seen.add(path);
    const manifest = await readJson(path, walk);
    if (manifest === undefined) continue;
    if (Array.isArray(manifest["manifests"])) {
      if (depth > 0) await walkIndex(manifest, walk, depth - 1);
      else tell(walk, path, "Indexes within indexes are deeper than is read.");
    } else await takeLayers(manifest, descriptor, walk);
  }
}

async function takeLayers(manifest: JsonObject, descriptor: JsonObject, walk: Walk): Promise<void> {
  const subject = subjectOf(manifest, descriptor);
  if (subject === "") return;
  const kind = [manifest["artifactType"], descriptor["artifactType"]].map(textOf).join(" ");
  const config = isObject(manifest["config"]) ? textOf(manifest["config"]["mediaType"]) : "";
  for (const layer of objectsOf(manifest["layers"])) {
    const media = textOf(layer["mediaType"]);
    const predicate = textOf(annotationsOf(layer)["in-toto.io/predicate-type"]);
    const isEnvelope = /dsse|sigstore\.bundle/i.test(media);
    const isStatement = isEnvelope || /in-toto/i.test(media);
    const isDocument = documentPattern.test(`${media} ${isStatement ? "" : `${kind} ${config}`}`);
    const isOther = predicate !== "" && !documentPattern.test(predicate);
    if (isOther || !(isStatement || isDocument)) continue;
    const name = blobOf(layer, walk);
    if (name === undefined) continue;
    const [entry] = await walk.files.list(name).catch((error: unknown) => {
      if (!(error instanceof WaggleError)) throw error;
      tell(walk, name, `The layout names a blob that cannot be read: ${error.message}`);
      return [];
    });
    if (entry === undefined) continue;
    const { joinName } = walk;
    const attached = { ...entry, joinName, fromDirectory: true, subject, isEnvelope };
    walk.found.set(`${name}\u0000${subject}`, attached);
  }
}

const documentPattern = /spdx|cyclonedx|syft|grype/i;

/** "" when it is about nothing else. */
function subjectOf(manifest: JsonObject, descriptor: JsonObject): string {
  const { subject } = manifest;
  if (isObject(subject)) return digestIn(textOf(subject["digest"]));
  const notes = annotationsOf(descriptor);
  if (notes["vnd.docker.reference.type"] === "attestation-manifest") {
    return digestIn(textOf(notes["vnd.docker.reference.digest"]));
  }
  const tag = textOf(notes["org.opencontainers.image.ref.name"]);
  const [, hex = ""] = /(?:^|[:/])sha256-([0-9a-f]{64})\.(?:att|sbom)$/.exec(tag) ?? [];
  return hex === "" ? "" : `sha256:${hex}`;
}

function digestIn(text: string): string {
  return /^sha256:[0-9a-f]{64}$/.test(text) ? text : "";
}

/** Path of a blob; only what is a digest becomes one. */
function blobOf(descriptor: JsonObject, walk: Walk): string | undefined {
  const digest = textOf(descriptor["digest"]);
  if (digestIn(digest) !== "") return `${walk.layout}/blobs/sha256/${digest.slice(7)}`;
  tell(walk, walk.layout, `A digest is none that is read: ${quoteName(digest)}.`);
  return undefined;
}

async function readJson(path: string, walk: Walk): Promise<JsonObject | undefined> {
  const { problems } = walk;
  try {
    const options = { sizeBytesMax: manifestSizeBytesMax, problems };
    const { text } = await readText(walk.files, path, options);
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
    tell(walk, path, "A manifest of the layout is no JSON object.");
  } catch (error) {
    if (!(error instanceof WaggleError || error instanceof SyntaxError)) throw error;
    const why = error instanceof WaggleError ? error.message : "it is no JSON";
    tell(walk, path, `A manifest of the layout cannot be read: ${why}`);
  }
  return undefined;
}

function tell({ problems }: Walk, input: string, message: string): void {
  const place = { input, offset: -1, line: 0 };
  problems.add({ code: "oci-layout-unread", weight: "unreadable", message, place });
}

function annotationsOf(record: JsonObject): JsonObject {
  return isObject(record["annotations"]) ? record["annotations"] : {};
}

function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
