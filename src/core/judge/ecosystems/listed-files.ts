/**
 * Holds how packages own the files that their own database or the SBOM lists.
 * In: a package. Out: one claim a file. Serves deb, rpm, apk and all types without a rule of their
 * own.
 * Must never take the target of a link for a file of the package that ships the link.
 */
import { baseName } from "../../inventory/container-path.ts";
import type { Package } from "../../inventory/image.ts";
import { type Claim, claimAll, type Ecosystem, placesOf } from "./ecosystem.ts";

/**
 * Declared files, and contained ones that are not merely where a declared link leads: following
 * links of directories keeps a file's name, following the last link changes it.
 */
export function listedFiles(one: Package): readonly Claim[] {
  if (one.files.length === 0) return claimAll("file", one.containedFiles);
  const names = new Set(one.files.map(baseName));
  const contained = one.containedFiles.filter((path) => names.has(baseName(path)));
  return claimAll("file", [...new Set([...one.files, ...contained])]);
}

/**
 * What the tools of a language read of each package that a distribution brought for it, used or
 * not: the same files are its metadata when the language's own package is asked.
 */
const languageMetadata = new RegExp(
  [
    "\\.(?:dist|egg)-info(?:/|$)",
    "/EGG-INFO(?:/|$)",
    "\\.gemspec$",
    "/(?:nodejs|node_modules)/.*/package\\.json$",
    "/composer/installed\\.(?:json|php)$",
  ].join("|"),
);

export const listedFilesEcosystem: Ecosystem = {
  types: ["deb", "rpm", "apk", "alpm", "portage", "conda", "bitnami", "homebrew", "opkg"],
  claims: listedFiles,
  isMetadata: (path) => languageMetadata.test(path),
};

/** The store directory of a Nix package is its own, files listed or not. */
export const nixEcosystem: Ecosystem = {
  types: ["nix"],
  claims: (one) => {
    const stores = placesOf(one).map((path) => /^\/nix\/store\/[^/]+/.exec(path)?.[0] ?? "");
    const trees = claimAll("tree", [...new Set(stores.filter((path) => path !== ""))]);
    return [...listedFiles(one), ...trees];
  },
  isMetadata: () => false,
};
