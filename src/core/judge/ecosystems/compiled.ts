/**
 * Holds packages that are a binary, or were compiled into one with others.
 * In: a package. Out: its claims.
 * Must never say more of a statically linked module than that its binary runs.
 */
import { baseName, directoryOf } from "../../inventory/container-path.ts";
import type { Package } from "../../inventory/image.ts";
import { type Claim, claimAll, type Ecosystem, placesOf } from "./ecosystem.ts";
import { listedFiles } from "./listed-files.ts";

/** Found by reading sources or lock files, which nothing runs. */
const manifests: ReadonlySet<string> = new Set([
  "go.mod",
  "go.sum",
  "go.work",
  "Cargo.lock",
  "Cargo.toml",
  "Package.swift",
  "Package.resolved",
  ".package.resolved",
  "Podfile.lock",
  "stack.yaml",
  "stack.yaml.lock",
  "cabal.project.freeze",
  "vcpkg.json",
  "conan.lock",
  "conanfile.txt",
  "conaninfo.txt",
]);

function binariesOf(one: Package): readonly string[] {
  return placesOf(one).filter((path) => !manifests.has(baseName(path)));
}

/** Modules inside a binary: Go, Rust with auditable data, GraalVM native images, Haskell, Swift. */
export const linkedEcosystem: Ecosystem = {
  types: [
    "go-module",
    "rust-crate",
    "graalvm-native-image",
    "haskell",
    "hackage",
    "swift",
    "conan",
  ],
  claims: (one) => claimAll("part", binariesOf(one)),
  isMetadata: () => false,
};

/** A Java installation is found by its `release` file; other binaries are the file itself. */
function binaryClaims(one: Package): readonly Claim[] {
  const claims = [...listedFiles(one)];
  for (const { path, accessPath, visible, primary } of one.locations) {
    if (!visible || !primary) continue;
    if (baseName(path) === "release") claims.push({ kind: "tree", path: directoryOf(path) });
    else claims.push({ kind: "file", path });
    if (accessPath.startsWith("/")) claims.push({ kind: "file", path: accessPath });
  }
  return claims;
}

export const binaryEcosystem: Ecosystem = {
  types: ["binary", "graalvm", "jdk", "openjdk"],
  claims: binaryClaims,
  isMetadata: (path) => baseName(path) === "release",
};
