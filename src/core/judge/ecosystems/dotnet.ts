/**
 * Holds how .NET packages own files: assemblies beside the `deps.json` that names them.
 * In: a package. Out: its claims.
 * Must never take the dependency list that the host reads at start for use.
 */
import { directoryOf } from "../../inventory/container-path.ts";
import type { Package } from "../../inventory/image.ts";
import { type Claim, claimAll, type Ecosystem } from "./ecosystem.ts";
import { listedFiles } from "./listed-files.ts";

/** The assembly is named as the package, save for packages of several, which list their files. */
function claims(one: Package): readonly Claim[] {
  const found = [...listedFiles(one)];
  for (const place of one.locations.filter(({ visible }) => visible).map(({ path }) => path)) {
    if (/\.(?:dll|exe)$/i.test(place)) found.push({ kind: "file", path: place });
    else if (/\.deps\.json$/.test(place)) found.push(...besideClaims(directoryOf(place), one.name));
  }
  return found;
}

function besideClaims(directory: string, name: string): readonly Claim[] {
  const beside = directory === "/" ? "" : directory;
  return claimAll("file", [`${beside}/${name}.dll`, `${beside}/${name}`]);
}

export const dotnetEcosystem: Ecosystem = {
  types: ["dotnet", "nuget"],
  claims,
  isMetadata: (path) =>
    /\.(?:deps|runtimeconfig|packages\.lock)\.json$|\/packages\.lock\.json$/.test(path),
};
