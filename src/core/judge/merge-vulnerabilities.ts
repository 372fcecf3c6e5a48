/**
 * Holds when two matches mean the same vulnerability, and what they say together.
 * In: matches of one package. Out: clusters (a CVE, its GHSA, its GO id are one), and one record
 * for each: the gravest severity, the highest scores, all fixes. Must never drop an id.
 */
import { cutText } from "../event/bounds.ts";
import { compareText } from "../event/compare-text.ts";
import type { KnownExploited, Match, Severity, Vulnerability } from "../inventory/image.ts";
import { compareVersions } from "./compare-versions.ts";
import type { FindingVulnerability } from "./verdict.ts";

/** Gravest first. */
export const severities: readonly Severity[] = [
  "Critical",
  "High",
  "Medium",
  "Low",
  "Negligible",
  "Unknown",
];
const fixStates: readonly string[] = ["fixed", "wont-fix", "not-fixed", "unknown"];
/** **Unit**: code units of a description; advisories run to pages. */
const descriptionLengthMax = 600;

/**
 * Clusters items by the vulnerability they speak of: equal canonical ids, or one without a CVE that
 * shares any id with another. Two different CVEs are never one. **Order**: by canonical id.
 */
export function clusterByVulnerability<Item>(
  items: readonly Item[],
  read: (item: Item) => Vulnerability,
): readonly { readonly canonicalId: string; readonly items: readonly Item[] }[] {
  const clusters = new Map<string, Item[]>();
  const clusterOf = new Map<string, string>();
  const sorted = [...items].sort((a, b) => compareIds(read(a), read(b)));
  for (const item of sorted) {
    const { id, canonicalId, aliases } = read(item);
    const names = [canonicalId, id, ...aliases];
    // Two CVEs are two vulnerabilities, even where an advisory names both.
    const known = isCve(canonicalId) ? undefined : names.find((name) => clusterOf.has(name));
    const key = (known === undefined ? undefined : clusterOf.get(known)) ?? canonicalId;
    const cluster = clusters.get(key) ?? [];
    clusters.set(key, cluster);
    cluster.push(item);
    for (const name of names) if (!clusterOf.has(name)) clusterOf.set(name, key);
  }
  return [...clusters].map(([canonicalId, found]) => ({ canonicalId, items: found }));
}

function isCve(id: string): boolean {
  return /^CVE-/i.test(id);
}

// CVEs first, so that a cluster is named by a CVE where it has one.
function compareIds(a: Vulnerability, b: Vulnerability): number {
  return (
    Number(isCve(b.canonicalId)) - Number(isCve(a.canonicalId)) ||
    compareText(a.canonicalId, b.canonicalId) ||
    compareText(a.id, b.id)
  );
}

/** What the matches of one cluster say together. `type` orders the versions of the fixes. */
export function mergeVulnerabilities(
  canonicalId: string,
  matches: readonly Match[],
  type: string,
): FindingVulnerability {
  const all = matches.map((match) => match.vulnerability);
  const ids = new Set(all.flatMap((one) => [one.id, one.canonicalId, ...one.aliases]));
  const fixes = new Set(all.flatMap((one) => one.fixVersions));
  const epss = all.flatMap((one) => (one.epss === undefined ? [] : [one.epss]));
  const cvssScore = Math.max(...all.map((one) => one.cvssScore));
  const description = all.map((one) => one.description).find((text) => text !== "") ?? "";
  return {
    id: canonicalId,
    aliases: [...ids].filter((id) => id !== canonicalId).sort(compareText),
    severity:
      severities.find((severity) => all.some((one) => one.severity === severity)) ?? "Unknown",
    cvssScore: cvssScore < 0 ? null : cvssScore,
    cvssVector: chooseVector(all),
    epss: epss.sort((a, b) => b.score - a.score)[0] ?? null,
    kev: mergeKnownExploited(all),
    fixedIn: [...fixes].sort((a, b) => compareVersions(type, a, b) || compareText(a, b)),
    fixState: fixStates.find((state) => all.some((one) => one.fixState === state)) ?? "unknown",
    description: cutText(description, descriptionLengthMax),
  };
}

/** Of the record with the gravest score among those with a vector that is not of version 2. */
function chooseVector(all: readonly Vulnerability[]): string {
  const isNew = ({ cvssVector }: Vulnerability) => cvssVector.startsWith("CVSS:");
  const [best] = all
    .filter(({ cvssVector }) => cvssVector !== "")
    .sort(
      (a, b) =>
        Number(isNew(b)) - Number(isNew(a)) ||
        b.cvssScore - a.cvssScore ||
        compareText(a.cvssVector, b.cvssVector),
    );
  return best?.cvssVector ?? "";
}

/**
 * The scanner's severity, or where it has none the rating of the CVSS score.
 * **Source**: CVSS v3.1 §5, qualitative severity rating scale.
 */
export function ratedSeverity({
  severity,
  cvssScore,
}: Pick<FindingVulnerability, "severity" | "cvssScore">): Severity {
  if (severity !== "Unknown" || cvssScore === null) return severity;
  if (cvssScore >= 9) return "Critical";
  if (cvssScore >= 7) return "High";
  if (cvssScore >= 4) return "Medium";
  return cvssScore > 0 ? "Low" : "Negligible";
}

function mergeKnownExploited(all: readonly Vulnerability[]): KnownExploited | null {
  const entries = all.flatMap((one) =>
    one.knownExploited === undefined ? [] : [one.knownExploited],
  );
  const [first] = entries.sort((a, b) => compareText(a.dateAdded, b.dateAdded));
  if (first === undefined) return null;
  return { ...first, ransomware: entries.some((entry) => entry.ransomware) };
}
