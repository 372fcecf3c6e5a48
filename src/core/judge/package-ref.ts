/**
 * Holds how a package is named in verdicts, and when two entries mean the same package.
 * In: packages of an SBOM, matches of a scan. Out: references and keys.
 * Must never use anything that differs between two scans of the same image.
 */
import { compareText } from "../event/compare-text.ts";
import type { Match, Package, PackageLocation } from "../inventory/image.ts";
import type { PackageRef } from "./verdict.ts";

const distroTypes: ReadonlySet<string> = new Set(["deb", "rpm", "apk", "alpm", "portage"]);

/** True where one source package is built into several packages, and fixed in all at once. */
export function isDistroType(type: string): boolean {
  return distroTypes.has(type);
}

export function packageRef(one: Package): PackageRef {
  const { id, name, version, type, purl } = one;
  const location = one.virtualPath === "" ? firstLocation(one.locations) : one.virtualPath;
  return { name, version, type, purl, id, location };
}

/** For a match whose package no SBOM lists. */
export function matchRef(match: Match): PackageRef {
  return {
    name: match.packageName,
    version: match.packageVersion,
    type: match.packageType,
    purl: match.purl,
    id: match.artifactId,
    location: firstLocation(match.locations),
  };
}

/** As reached, so that libraries inside one archive differ. */
function firstLocation(locations: readonly PackageLocation[]): string {
  const first = locations.find((location) => location.primary) ?? locations[0];
  if (first === undefined) return "";
  return first.accessPath === "" ? first.path : first.accessPath;
}

/** Names as different tools write them (`Flask_Login`, `flask-login`) are one. */
export function sameName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/**
 * The location with the version taken out, for ids that outlive an upgrade
 * (`/app/lib/x-1.2.jar` and `/app/lib/x-1.3.jar` are the same place).
 */
export function placeWithoutVersion(ref: PackageRef): string {
  return ref.version === "" ? ref.location : ref.location.replaceAll(ref.version, "*");
}

/** **Order**: type, name, version, location, id: total, so that input order never shows. */
export function compareRefs(a: PackageRef, b: PackageRef): number {
  return (
    compareText(a.type, b.type) ||
    compareText(a.name, b.name) ||
    compareText(a.version, b.version) ||
    compareText(a.location, b.location) ||
    compareText(a.id, b.id)
  );
}
