/**
 * Holds how npm packages own files: everything beside their `package.json`.
 * In: a package. Out: its claims.
 * Must never reach into `node_modules` below it: those are other packages, known or not.
 */
import { baseName, directoryOf } from "../../inventory/container-path.ts";
import type { Package } from "../../inventory/image.ts";
import { type Claim, claimAll, type Ecosystem, placesOf } from "./ecosystem.ts";

/** Read by the resolver, by installers and by scanners. */
const metadata: ReadonlySet<string> = new Set([
  "package.json",
  "package-lock.json",
  ".package-lock.json",
  "npm-shrinkwrap.json",
  "bower.json",
  "component.json",
  "composer.json",
  "tsconfig.json",
  "lerna.json",
  "yarn.lock",
  "pnpm-lock.yaml",
  ".npmrc",
  ".npmignore",
]);

/** Lock files name packages that may be anywhere, or nowhere. */
function claims(one: Package): readonly Claim[] {
  const places = placesOf(one).filter((path) => baseName(path) === "package.json");
  return claimAll("tree", places.map(directoryOf));
}

export const npmEcosystem: Ecosystem = {
  types: ["npm"],
  claims,
  isMetadata: (path) => metadata.has(baseName(path)),
  barrier: "node_modules",
};
