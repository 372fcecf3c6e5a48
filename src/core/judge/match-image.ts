/**
 * Holds whether a scanned image is the one that a container runs, and how one can tell.
 * In: what is known of the running image, a document's identity. Out: a way, or a contradiction.
 * Must never call two images the same when digests of the same kind differ.
 */
import type { ImageIdentity } from "../inventory/image.ts";
import {
  digestOf,
  type ImageReference,
  isSameReference,
  parseReference,
} from "./image-reference.ts";

/** What is known of the image that runs. Lists may be empty. */
export interface RunningImage {
  /** Digests as runtimes name them: a manifest's, or the index's of a multi-arch image. */
  readonly digests: readonly string[];
  /** Config digests. */
  readonly imageIds: readonly string[];
  readonly references: readonly ImageReference[];
}

export type MatchWay = "digest" | "image-id" | "reference" | "name";

/** Strongest first. */
export const matchWays: readonly MatchWay[] = ["digest", "image-id", "reference", "name"];

export interface ImageMatch {
  readonly way: MatchWay | "none";
  /** Names agree but digests do not. */
  readonly contradiction: string;
}

const noMatch: ImageMatch = { way: "none", contradiction: "" };

/** The strongest way in which the two agree. Names count only where no digest contradicts them. */
export function matchImage(running: RunningImage, scanned: ImageIdentity): ImageMatch {
  const manifests = manifestsOf(scanned);
  // Runtimes with an image store of their own call the manifest's digest the image's id.
  const ids = new Set([...running.imageIds, ...running.digests]);
  if ([...ids].some((digest) => manifests.has(digest))) return { ...noMatch, way: "digest" };
  if (scanned.imageId !== "" && ids.has(scanned.imageId)) return { ...noMatch, way: "image-id" };
  const way = matchNames(running, scanned);
  if (way === "none") return noMatch;
  const contradiction = contradict(running, scanned);
  return contradiction === "" ? { way, contradiction } : { way: "none", contradiction };
}

/** Digests that name the image as a whole; empty for directories and the like. */
function manifestsOf({ manifestDigest, repoDigests }: ImageIdentity): ReadonlySet<string> {
  return new Set([manifestDigest, ...repoDigests.map(digestOf)].filter((one) => one !== ""));
}

function matchNames(running: RunningImage, scanned: ImageIdentity): MatchWay | "none" {
  const names = [...scanned.tags, ...scanned.repoDigests, scanned.name].map(parseReference);
  const pairs = running.references.flatMap((one) => names.map((other) => [one, other] as const));
  if (pairs.some(([one, other]) => isSameReference(one, other))) return "reference";
  const hasTags = scanned.tags.some((tag) => parseReference(tag).repository !== "");
  const isAlike = pairs.some(([one, other]) => isSameName(one, other, hasTags));
  return isAlike ? "name" : "none";
}

/** A document without tags is known by its file's or source's name alone. */
function isSameName(running: ImageReference, other: ImageReference, hasTags: boolean): boolean {
  if (running.baseName === "" || running.baseName !== other.baseName || hasTags) return false;
  if (other.tag !== "" && running.tag !== "" && other.tag !== running.tag) return false;
  const isLocal =
    other.repository === "" || other.repository === `docker.io/library/${other.baseName}`;
  return isLocal || other.repository === running.repository;
}

/** "" when nothing comparable differs. */
function contradict(running: RunningImage, scanned: ImageIdentity): string {
  const { imageIds, digests } = running;
  if (scanned.imageId !== "" && imageIds.length > 0) {
    return `the image that runs has the id ${imageIds[0]}, the scanned one ${scanned.imageId}`;
  }
  const [manifest] = manifestsOf(scanned);
  if (manifest === undefined || digests.length === 0) return "";
  const differ = `the image that runs has the digest ${digests[0]}, the scanned one ${manifest}`;
  const causes = "another build, another architecture of a multi-arch image, or an archive of it";
  return `${differ} (${causes}: digests alone cannot tell)`;
}

/** Both say by the same kind of digest what they are, and agree. */
export function isSameImage(a: ImageIdentity, b: ImageIdentity): boolean {
  if (a.imageId !== "" && b.imageId !== "") return a.imageId === b.imageId;
  return a.manifestDigest !== "" && a.manifestDigest === b.manifestDigest;
}

/** Both say what they are, and say different things. */
export function isOtherImage(a: ImageIdentity, b: ImageIdentity): boolean {
  if (a.imageId !== "" && b.imageId !== "") return a.imageId !== b.imageId;
  const digests = [a.manifestDigest, b.manifestDigest];
  return digests.every((one) => one !== "") && a.manifestDigest !== b.manifestDigest;
}
