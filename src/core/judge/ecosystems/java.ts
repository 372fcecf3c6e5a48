/**
 * Holds how Java archives own files: a jar of its own, or one of many inside a jar.
 * In: a package. Out: its claims.
 * Must never take the opening of an archive for the use of each library in it.
 */
import type { Package } from "../../inventory/image.ts";
import { type Claim, claimAll, type Ecosystem } from "./ecosystem.ts";

const archive = /\.(?:jar|war|ear|sar|par|hpi|jpi|jmod|kar|nar|lpkg|zip|apk)$/i;

/**
 * Nested: `/app/app.jar:BOOT-INF/lib/x.jar`. Shaded: `/app/app.jar:group:artifact`. A jar that was
 * unpacked onto the disk is a plain one.
 */
function claims(one: Package): readonly Claim[] {
  const found: Claim[] = [];
  const isVirtualNested = one.virtualPath.includes(":");
  for (const { path, accessPath, visible } of one.locations) {
    if (!visible) continue;
    const [outer = ""] = path.split(":");
    const isNested = isVirtualNested || accessPath.includes(":") || path.includes(":");
    if (archive.test(outer)) found.push({ kind: isNested ? "nested" : "archive", path: outer });
    else found.push(...explodedClaims(outer));
  }
  return found;
}

/** A library unpacked into a directory is found by its `META-INF`. */
function explodedClaims(path: string): readonly Claim[] {
  const root = /^(.+)\/META-INF\/maven\/[^/]+\/[^/]+\/pom\.(?:properties|xml)$/.exec(path)?.[1];
  return root === undefined ? [] : claimAll("tree", [root]);
}

export const javaEcosystem: Ecosystem = {
  types: ["java-archive", "jenkins-plugin"],
  claims,
  isMetadata: (path) => path.includes("/META-INF/"),
};
