/**
 * Holds how the places of a package are read, and which of them only support its existence.
 * In: `locations` of Syft and Grype, plain paths of other formats. Out: `PackageLocation`s.
 * Must never drop a place: what supports is marked, not hidden.
 */
import { absolutePath } from "./container-path.ts";
import type { PackageLocation } from "./image.ts";
import type { Faults, JsonObject } from "./json-value.ts";
import { readObject, readObjects, readText } from "./json-value.ts";

/** Locations of an artifact of Syft or Grype; null and absent read as none. */
export function readLocations(record: JsonObject, faults: Faults): readonly PackageLocation[] {
  const locations: PackageLocation[] = [];
  for (const one of readObjects(record, "locations", faults)) {
    const path = absolutePath(readText(one, "path", faults));
    if (path === "") continue;
    const accessPath = absolutePath(readText(one, "accessPath", faults));
    const annotations = readObject(one, "annotations", faults) ?? {};
    const evidence = readText(annotations, "evidence", faults);
    locations.push({
      path,
      accessPath: accessPath === path ? "" : accessPath,
      primary: evidence === "" ? !isSupporting(path) : evidence === "primary",
      visible: annotations["visible"] !== "false" && annotations["visible"] !== false,
      layer: readLayer(one, faults),
    });
  }
  return locations;
}

/** Places of formats that give nothing but paths. */
export function placesOf(paths: readonly string[]): readonly PackageLocation[] {
  return [...new Set(paths.map(absolutePath))]
    .filter((path) => path !== "")
    .map((path) => ({
      path,
      accessPath: "",
      primary: !isSupporting(path),
      visible: true,
      layer: "",
    }));
}

/** An image has few layers and thousands of locations: one text serves all. */
const layerTexts = new Map<string, string>();
const layerTextCountMax = 10_000;

function readLayer(location: JsonObject, faults: Faults): string {
  const layer = readText(location, "layerID", faults);
  const known = layerTexts.get(layer);
  if (known === undefined && layerTexts.size < layerTextCountMax) layerTexts.set(layer, layer);
  return known ?? layer;
}

/** Files beside a package's record: what tools without an `evidence` note list along with it. */
function isSupporting(path: string): boolean {
  if (path.startsWith("/usr/share/doc/") || path.startsWith("/usr/share/licenses/")) return true;
  if (path.startsWith("/var/lib/dpkg/info/")) return true;
  return /\.(dist|egg)-info\/(RECORD|top_level\.txt|direct_url\.json|installed-files\.txt)$/.test(
    path,
  );
}
