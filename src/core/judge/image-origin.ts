/**
 * Holds what an image is built of: its layers, its base, its release, and the layer that each
 * package comes from.
 * In: an SBOM, a scan. Out: an origin, and a function from package to layer. Must never place a
 * package of which only a database tells that all packages share: a later layer rewrites it whole.
 */
import type { Package, Sbom, Scan } from "../inventory/image.ts";
import type { ImageOrigin } from "./judged-image.ts";
import { isDistroType } from "./package-ref.ts";

/** The SBOM's word first; a scan that was made from the image tells the same. */
export function originOf(sbom: Sbom | undefined, scan: Scan | undefined): ImageOrigin {
  const identities = [sbom, scan].flatMap((one) => (one === undefined ? [] : [one.identity]));
  const distro = sbom?.distro;
  return {
    layers: identities.find(({ layers }) => layers.length > 0)?.layers ?? [],
    baseName: identities.find(({ baseName }) => baseName !== "")?.baseName ?? "",
    release: distro === undefined ? "" : `${distro.id} ${distro.version}`.trim(),
    isEndOfLife: scan?.endOfLifeDistro ?? false,
  };
}

/**
 * Gives the layer of a package: the lowest that holds any of its own places, because what a later
 * layer upgrades it writes anew. **Cost**: one pass over the SBOM, then its locations per call.
 */
export function createLayerFinder(sbom: Sbom): (one: Package) => string {
  const heights = new Map(sbom.identity.layers.map((layer, index) => [layer, index]));
  if (heights.size === 0) return () => "";
  const shared = sharedPaths(sbom.packages);
  const top = heights.size;
  return (one) => {
    const isLoose = (path: string) => shared.has(path) && isDistroType(one.type);
    const own = one.locations.filter(({ path, layer }) => heights.has(layer) && !isLoose(path));
    // A database that no later layer touched was written with the packages themselves.
    const lowest = one.locations.filter(({ layer }) => heights.get(layer) === 0);
    const places = own.length > 0 ? own : lowest;
    const height = (layer: string) => heights.get(layer) ?? top;
    const [first] = [...places].sort((a, b) => height(a.layer) - height(b.layer));
    return first?.layer ?? "";
  };
}

/** Paths where several packages of a distribution are found: their database. */
function sharedPaths(packages: readonly Package[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { type, locations } of packages) {
    if (!isDistroType(type)) continue;
    for (const path of new Set(locations.map((location) => location.path))) {
      counts.set(path, (counts.get(path) ?? 0) + 1);
    }
  }
  return new Set([...counts].filter(([, count]) => count > 1).map(([path]) => path));
}
