/**
 * Holds how a scanner's match finds the package it speaks of.
 * In: the judged packages of an image. Out: a function from match to package: by artifact id, by
 * purl, then by type, name and version; the location decides between several.
 * Must never pick a weaker package where it cannot tell which one is meant.
 */
import type { Match } from "../inventory/image.ts";
import type { JudgedPackage } from "./judged-image.ts";
import { compareUsage } from "./merge-usage.ts";
import { matchRef, sameName } from "./package-ref.ts";

export type FindPackage = (match: Match) => JudgedPackage | undefined;

/** **Cost**: one pass over the packages; then constant per match. */
export function createPackageFinder(packages: readonly JudgedPackage[]): FindPackage {
  const byId = new Map(packages.map((one) => [one.ref.id, one]));
  const byPurl = Map.groupBy(packages, (one) => one.ref.purl);
  const byName = Map.groupBy(packages, (one) => nameKey(one.ref));
  return (match) => {
    const ref = matchRef(match);
    const same = byId.get(match.artifactId);
    // Ids of another run can collide with ours (CycloneDX "1", "2", …): the name must agree.
    if (same !== undefined && sameName(same.ref.name) === sameName(ref.name)) return same;
    const withPurl = ref.purl === "" ? undefined : byPurl.get(ref.purl);
    const candidates = withPurl ?? byName.get(nameKey(ref)) ?? [];
    return choose(candidates, ref.location);
  };
}

function nameKey(ref: { type: string; name: string; version: string }): string {
  return JSON.stringify([ref.type, sameName(ref.name), ref.version]);
}

function choose(candidates: readonly JudgedPackage[], location: string): JudgedPackage | undefined {
  const there = candidates.filter((one) => location !== "" && one.ref.location === location);
  const left = there.length > 0 ? there : candidates;
  return [...left].sort((a, b) => compareUsage(a.usage, b.usage))[0];
}
