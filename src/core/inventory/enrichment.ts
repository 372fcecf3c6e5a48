/**
 * Holds what catalogues add to a scan: known exploitation and the probability of it.
 * In: scans, entries by CVE. Out: the CVEs to look for; the same scans with what they lack filled
 * in. Must never take away what a scan says, and never replace a newer value by an older one.
 */
import type { Epss, KnownExploited, Scan, Vulnerability } from "./image.ts";

export interface EnrichmentTables {
  readonly kev: ReadonlyMap<string, KnownExploited>;
  readonly epss: ReadonlyMap<string, Epss>;
}

export interface EnrichedScans {
  readonly scans: readonly Scan[];
  /** Matches that got an entry they lacked, or a newer value. */
  readonly kevCount: number;
  readonly epssCount: number;
}

/** Every CVE that a match names, in capital letters. */
export function namedCves(scans: readonly Scan[]): ReadonlySet<string> {
  const cves = new Set<string>();
  for (const { matches } of scans) {
    for (const { vulnerability } of matches) for (const cve of cvesOf(vulnerability)) cves.add(cve);
  }
  return cves;
}

/** The canonical id first. */
function cvesOf({ id, canonicalId, aliases }: Vulnerability): readonly string[] {
  return [canonicalId, id, ...aliases]
    .map((name) => name.toUpperCase())
    .filter((name) => name.startsWith("CVE-"));
}

/** **Cost**: one pass over the matches; those that gain nothing stay the same objects. */
export function enrichScans(scans: readonly Scan[], tables: EnrichmentTables): EnrichedScans {
  let kevCount = 0;
  let epssCount = 0;
  const enriched = scans.map((scan) => {
    const matches = scan.matches.map((match) => {
      const { vulnerability } = match;
      const cves = cvesOf(vulnerability);
      const knownExploited = vulnerability.knownExploited ?? firstOf(cves, tables.kev);
      const epss = chooseEpss(vulnerability.epss, firstOf(cves, tables.epss));
      const gainsKev = knownExploited !== vulnerability.knownExploited;
      const gainsEpss = epss !== vulnerability.epss;
      if (!gainsKev && !gainsEpss) return match;
      kevCount += Number(gainsKev);
      epssCount += Number(gainsEpss);
      return { ...match, vulnerability: { ...vulnerability, knownExploited, epss } };
    });
    return { ...scan, matches };
  });
  return { scans: enriched, kevCount, epssCount };
}

function firstOf<Value>(
  cves: readonly string[],
  table: ReadonlyMap<string, Value>,
): Value | undefined {
  const cve = cves.find((one) => table.has(one));
  return cve === undefined ? undefined : table.get(cve);
}

/** The value is made anew each day: of two the newer counts, and a dated one before an undated. */
export function chooseEpss(own: Epss | undefined, other: Epss | undefined): Epss | undefined {
  if (own === undefined || other === undefined) return own ?? other;
  return other.date.slice(0, 10) > own.date.slice(0, 10) ? other : own;
}

/** Two catalogues of different days together: the earliest date, any ransomware campaign. */
export function joinKnownExploited(a: KnownExploited, b: KnownExploited): KnownExploited {
  const [first] = [a, b].sort((one, two) => (one.dateAdded < two.dateAdded ? -1 : 1));
  return { ...(first ?? a), ransomware: a.ransomware || b.ransomware };
}
