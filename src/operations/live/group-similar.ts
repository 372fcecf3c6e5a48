/**
 * Holds the telling of similar findings: those alike for one reason, with one end, are one entry.
 * In: findings that are alike, the most alike first; the history. Out: few groups, each with a few
 * findings, and how many more there are.
 * Must never ask the history about each of thousands.
 */
import type { FindingChange, TrackedFinding } from "../../core/judge/change/finding-change.ts";
import type { HistoryStore } from "../../ports/store.ts";
import type { Similar } from "./find-similar.ts";

export interface ShortTracked extends TrackedFinding {
  /** As much of the id as no other finding has. */
  readonly shortId: string;
}

export interface SimilarGroup {
  /** What is equal, in words. */
  readonly matched: readonly string[];
  readonly state: TrackedFinding["state"];
  /**
   * What was done about the first of them; sentences about the others differ in ids at most. null
   * where nothing was done, or nothing is kept of it.
   */
  readonly last: FindingChange | null;
  /** **Order**: the latest first. */
  readonly findings: readonly ShortTracked[];
  /** How many more there are. */
  readonly leftOutCount: number;
}

export interface SimilarGroups {
  /** **Order**: most alike first; of equals those about which something was done. */
  readonly groups: readonly SimilarGroup[];
  /** Findings that are alike too, and in none of the groups. */
  readonly leftOutCount: number;
}

const groupCountMax = 8;
const memberCountMax = 3;
/** Of so many it is asked what was done about them. */
const askedCountMax = 500;

interface Told extends Similar {
  readonly last: FindingChange | null;
}

/** **Cost**: one question to the history for each of the first 500 that were answered. */
export async function groupSimilar(
  similar: readonly Similar[],
  history: HistoryStore,
  shortIds: ReadonlyMap<string, string>,
): Promise<SimilarGroups> {
  const told: Told[] = [];
  let asked = 0;
  for (const one of similar) {
    const isAsked = one.isAnswered && asked < askedCountMax;
    if (isAsked) asked += 1;
    const query = { finding: one.finding.id, countMax: 1 };
    const last = isAsked ? ((await history.changes(query)).at(-1) ?? null) : null;
    told.push({ ...one, last });
  }
  const all = [...Map.groupBy(told, keyOf).values()].map((one) => toGroup(one, shortIds));
  const groups = all.slice(0, groupCountMax);
  const shown = groups.reduce((sum, one) => sum + one.findings.length + one.leftOutCount, 0);
  return { groups, leftOutCount: similar.length - shown };
}

/** What was not answered has no end to tell: its state is enough. */
function keyOf({ matched, finding, last }: Told): string {
  const because = last?.because.replace(/\b[0-9a-f]{16}\b/g, "…") ?? "";
  return JSON.stringify([matched, finding.state, last?.from ?? "", last?.cause ?? "", because]);
}

function toGroup(members: readonly Told[], shortIds: ReadonlyMap<string, string>): SimilarGroup {
  const [first] = members;
  return {
    matched: first?.matched ?? [],
    state: first?.finding.state ?? "open",
    last: first?.last ?? null,
    findings: members.slice(0, memberCountMax).map(({ finding }) => {
      return { ...finding, shortId: shortIds.get(finding.id) ?? finding.id };
    }),
    leftOutCount: Math.max(0, members.length - memberCountMax),
  };
}
