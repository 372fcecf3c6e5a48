/**
 * Holds how .NET packages own files: assemblies beside the `deps.json` that names them.
 * In: a package. Out: its claims.
 * Must never take the dependency list that the host reads at start for use.
 */
import { directoryOf } from "../../inventory/container-path.ts";
import type { Package } from "../../inventory/image.ts";
import { type Claim, claimAll, type Ecosystem, guessAll } from "./ecosystem.ts";
import { listedFiles } from "./listed-files.ts";

/** The assembly is named as the package, save for packages of several, which list their files. */
function claims(one: Package): readonly Claim[] {
  const found = [...listedFiles(one)];
  for (const place of one.locations.filter(({ visible }) => visible).map(({ path }) => path)) {
    if (/\.(?:dll|exe)$/i.test(place)) found.push({ kind: "file", path: place });
    else if (/\.deps\.json$/.test(place)) found.push(...besideClaims(place, one.name));
  }
  return found;
}

/** A package of several assemblies, of native libraries or of nothing has none of its own name. */
function besideClaims(place: string, name: string): readonly Claim[] {
  const directory = directoryOf(place);
  const beside = directory === "/" ? "" : directory;
  const framework = /\/shared\/([^/]+)\/[^/]+\/([^/]+)\.deps\.json$/.exec(place);
  if (framework !== null && framework[1] === framework[2]) {
    // A shared framework is one package, named after it and the platform, with all beside it.
    if (name.startsWith(`${framework[1]}.Runtime.`)) return claimAll("tree", [directory]);
  }
  return guessAll("file", [`${beside}/${name}.dll`, `${beside}/${name}`]);
}

export const dotnetEcosystem: Ecosystem = {
  types: ["dotnet", "nuget"],
  claims,
  isMetadata: (path) =>
    /\.(?:deps|runtimeconfig|packages\.lock)\.json$|\/packages\.lock\.json$/.test(path),
};
