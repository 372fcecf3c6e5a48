/**
 * Holds the list of ecosystems: which rule speaks for which type of package.
 * In: a package type. Out: its ecosystem. A new one is one file and one line here.
 * Must never be empty-handed: types without a rule own the files that the SBOM lists for them.
 */
import { binaryEcosystem, linkedEcosystem } from "./compiled.ts";
import { dotnetEcosystem } from "./dotnet.ts";
import type { Ecosystem } from "./ecosystem.ts";
import { javaEcosystem } from "./java.ts";
import { listedFilesEcosystem, nixEcosystem } from "./listed-files.ts";
import { npmEcosystem } from "./npm.ts";
import { pythonEcosystem } from "./python.ts";
import { manifestTreeEcosystem, phpEcosystem, rubyEcosystem } from "./scripting.ts";

export const ecosystems: readonly Ecosystem[] = [
  listedFilesEcosystem,
  nixEcosystem,
  pythonEcosystem,
  npmEcosystem,
  javaEcosystem,
  linkedEcosystem,
  binaryEcosystem,
  rubyEcosystem,
  phpEcosystem,
  manifestTreeEcosystem,
  dotnetEcosystem,
];

const byType: ReadonlyMap<string, Ecosystem> = new Map(
  ecosystems.flatMap((one) => one.types.map((type) => [type, one] as const)),
);

export function ecosystemOf(type: string): Ecosystem {
  return byType.get(type) ?? listedFilesEcosystem;
}
