/**
 * Holds how a vulnerability scan finds the SBOM it was made of.
 * In: an SBOM, scans. Out: the scan of the same image, and those that look alike but are not.
 * Must never join a scan of another build of the same tag.
 */
import type { ImageIdentity, Sbom, Scan } from "../inventory/image.ts";
import type { Choice } from "./choose-document.ts";
import { isSameReference, parseReference } from "./image-reference.ts";
import { quote } from "./join-problems.ts";
import { compareText } from "./package-ref.ts";

/** At least this share of a scan's matches must name packages of the SBOM by their ids. */
const sharedIdShareMin = 0.5;

/** **Cost**: linear in matches. By identity first, then by artifact ids, then by name. */
export function joinScan(sbom: Sbom, scans: readonly Scan[]): Choice<Scan> {
  const ids = new Set(sbom.packages.map(({ id }) => id));
  const same = scans.filter((scan) => isSameImage(sbom.identity, scan.identity));
  const others = scans.filter((scan) => isOtherImage(sbom.identity, scan.identity));
  const open = scans.filter((scan) => !same.includes(scan) && !others.includes(scan));
  const byIds = open.filter((scan) => sharesIds(scan, ids));
  const byName = open.filter((scan) => isAlikeByName(sbom.identity, scan.identity));
  const ways = [
    { by: "digest", found: same },
    { by: "image-id", found: byIds },
    { by: "name", found: byName },
  ] as const;
  const way = ways.find(({ found }) => found.length > 0);
  if (way !== undefined) return { found: newest(way.found), by: way.by, note: "" };
  const alike = others.find((scan) => isAlikeByName(sbom.identity, scan.identity));
  const note =
    alike === undefined
      ? "no scan of the SBOM's image was given"
      : `the scan ${quote(alike.input)} is of another build of the same name`;
  return { found: undefined, by: "none", note };
}

function newest(scans: readonly Scan[]): Scan | undefined {
  return [...scans].sort(
    (a, b) => compareText(b.databaseBuilt, a.databaseBuilt) || compareText(a.input, b.input),
  )[0];
}

function isSameImage(a: ImageIdentity, b: ImageIdentity): boolean {
  if (a.imageId !== "" && b.imageId !== "") return a.imageId === b.imageId;
  return a.manifestDigest !== "" && a.manifestDigest === b.manifestDigest;
}

/** Both say what they are, and say different things. */
function isOtherImage(a: ImageIdentity, b: ImageIdentity): boolean {
  if (a.imageId !== "" && b.imageId !== "") return a.imageId !== b.imageId;
  const digests = [a.manifestDigest, b.manifestDigest];
  return digests.every((one) => one !== "") && a.manifestDigest !== b.manifestDigest;
}

function isAlikeByName(a: ImageIdentity, b: ImageIdentity): boolean {
  if (a.name !== "" && a.name === b.name) return true;
  const named = (one: ImageIdentity) => [...one.tags, one.name].map(parseReference);
  return named(a).some((one) => named(b).some((other) => isSameReference(one, other)));
}

function sharesIds({ matches }: Scan, ids: ReadonlySet<string>): boolean {
  if (matches.length === 0) return false;
  const sharedCount = matches.filter(({ artifactId }) => ids.has(artifactId)).length;
  return sharedCount / matches.length >= sharedIdShareMin;
}
