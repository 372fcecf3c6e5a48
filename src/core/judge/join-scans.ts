/**
 * Holds how a vulnerability scan finds the SBOM it was made of.
 * In: an SBOM, scans. Out: the scan of the same image, and those that look alike but are not.
 * Must never join a scan of another build of the same tag.
 */

import { compareText } from "../event/compare-text.ts";
import type { ImageIdentity, Sbom, Scan } from "../inventory/image.ts";
import type { Choice } from "./choose-document.ts";
import { isSameReference, parseReference } from "./image-reference.ts";
import { isOtherImage, isSameImage } from "./match-image.ts";
import { quoteName } from "./quote-name.ts";

/** At least this share of a scan's matches must name packages of the SBOM by their ids. */
const sharedIdShareMin = 0.9;

/**
 * Pairs each SBOM with the scan of the same image. **Cost**: linear in matches per SBOM that says
 * no digest. By identity first, then by artifact ids, then by name.
 */
export function joinScans(
  sboms: readonly Sbom[],
  scans: readonly Scan[],
): ReadonlyMap<Sbom, Choice<Scan>> {
  return new Map(sboms.map((sbom) => [sbom, joinScan(sbom, sboms, scans)]));
}

function joinScan(sbom: Sbom, sboms: readonly Sbom[], scans: readonly Scan[]): Choice<Scan> {
  const { identity } = sbom;
  const same = scans.filter((scan) => isSameImage(identity, scan.identity));
  if (same.length > 0) return { found: newest(same), by: "digest", note: "" };
  const others = scans.filter((scan) => isOtherImage(identity, scan.identity));
  const elsewhere = scans.filter((scan) =>
    sboms.some((other) => other !== sbom && isSameImage(other.identity, scan.identity)),
  );
  const open = scans.filter((scan) => !others.includes(scan) && !elsewhere.includes(scan));
  const byIds = mostShared(sbom, open);
  if (byIds.length > 0) return { found: newest(byIds), by: "image-id", note: "" };
  const alike = scans.filter((scan) => isAlikeByName(identity, scan.identity));
  const byName = alike.filter((scan) => open.includes(scan));
  if (byName.length > 0) return { found: newest(byName), by: "name", note: "" };
  const [other] = alike;
  const missing = scans.length === 0 ? "" : "no scan of its image was given";
  const note =
    other === undefined
      ? missing
      : `the scan ${quoteName(other.input)} is of another build of the same name`;
  return { found: undefined, by: "none", note };
}

/**
 * Images that share a base share the ids of its packages: of all scans whose matches the SBOM
 * explains, those that name the most of its packages.
 */
function mostShared(sbom: Sbom, scans: readonly Scan[]): readonly Scan[] {
  const ids = new Set(sbom.packages.map(({ id }) => id));
  const counted = scans.map((scan) => ({ scan, ...countShared(scan, ids) }));
  const explained = counted.filter(({ share }) => share >= sharedIdShareMin);
  const most = Math.max(0, ...explained.map(({ idCount }) => idCount));
  return explained.filter(({ idCount }) => idCount === most).map(({ scan }) => scan);
}

function countShared(
  { matches }: Scan,
  ids: ReadonlySet<string>,
): { readonly share: number; readonly idCount: number } {
  const shared = matches.filter(({ artifactId }) => ids.has(artifactId));
  const share = matches.length === 0 ? 0 : shared.length / matches.length;
  return { share, idCount: new Set(shared.map(({ artifactId }) => artifactId)).size };
}

function newest(scans: readonly Scan[]): Scan | undefined {
  return [...scans].sort(
    (a, b) => compareText(b.databaseBuilt, a.databaseBuilt) || compareText(a.input, b.input),
  )[0];
}

function isAlikeByName(a: ImageIdentity, b: ImageIdentity): boolean {
  if (a.name !== "" && a.name === b.name) return true;
  const named = (one: ImageIdentity) => [...one.tags, one.name].map(parseReference);
  return named(a).some((one) => named(b).some((other) => isSameReference(one, other)));
}
