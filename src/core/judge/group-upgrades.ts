/**
 * Holds how findings are grouped by what a person does about them: one upgrade per image and source
 * package (distributions) or package name (languages).
 * In: ranked findings. Out: upgrades in order, each with the lowest version that removes all that
 * can be, and every finding with the id of its group. Those without a fix are kept apart.
 */

import { compareText } from "../event/compare-text.ts";
import type { DraftFinding } from "./build-findings.ts";
import { compareVersions, sharedLine } from "./compare-versions.ts";
import { fingerprint } from "./fingerprint.ts";
import { bandNames, type Finding, type Upgrade } from "./verdict.ts";

export interface GroupedFindings {
  readonly findings: readonly DraftFinding[];
  readonly upgrades: readonly Upgrade[];
}

/** **Order**: upgrades with a fix by the rank of the first finding they remove, then the others. */
export function groupUpgrades(ranked: readonly DraftFinding[]): GroupedFindings {
  const groups = Map.groupBy(ranked, groupKey);
  const built = [...groups].map(([key, drafts]) => ({ key, rank: groupRank(drafts), drafts }));
  built.sort((a, b) => a.rank - b.rank);
  const ids = uniqueIds(built);
  const upgrades = built.map(({ key, drafts }, index) => ({
    ...buildUpgrade(drafts),
    id: ids.get(key) ?? "",
    rank: index + 1,
  }));
  const findings = ranked.map((draft) => ({
    ...draft,
    finding: { ...draft.finding, upgrade: ids.get(groupKey(draft)) ?? "" },
  }));
  return { findings, upgrades };
}

function groupKey({ finding, upgradeName }: DraftFinding): string {
  const { reference, digest } = finding.image;
  return JSON.stringify([reference, digest, finding.package.type, upgradeName]);
}

/** Groups with nothing to upgrade to stand behind all others, in the order of their findings. */
function groupRank(drafts: readonly DraftFinding[]): number {
  const fixable = drafts.find(({ finding }) => finding.fixable);
  const unfixedFrom = 1e9;
  return fixable?.finding.rank ?? unfixedFrom + (drafts[0]?.finding.rank ?? 0);
}

interface Group {
  readonly key: string;
  readonly drafts: readonly DraftFinding[];
}

/** Stable over releases of the image: its name without tag and digest. */
function uniqueIds(groups: readonly Group[]): ReadonlyMap<string, string> {
  const seen = new Map<string, number>();
  const ids = new Map<string, string>();
  for (const { key, drafts } of [...groups].sort((a, b) => compareText(a.key, b.key))) {
    const [first] = drafts;
    if (first === undefined) continue;
    const repository = first.finding.image.reference.replace(/@.*$/, "").replace(/:[^:/]*$/, "");
    const id = fingerprint(["upgrade", repository, first.finding.package.type, first.upgradeName]);
    const before = seen.get(id) ?? 0;
    seen.set(id, before + 1);
    ids.set(key, before === 0 ? id : fingerprint([id, String(before)]));
  }
  return ids;
}

function buildUpgrade(drafts: readonly DraftFinding[]): Omit<Upgrade, "id" | "rank"> {
  const findings = drafts.map(({ finding }) => finding);
  const fixable = findings.filter((finding) => finding.fixable);
  const type = findings[0]?.package.type ?? "";
  const urgent = mostUrgent(fixable);
  const to = targetVersion(type, fixable.map(toNeed));
  const workloads = new Map(findings.map(({ workload }) => [JSON.stringify(workload), workload]));
  const versions = new Set(
    findings.flatMap(({ packages }) => packages.map((one) => one.package.version)),
  );
  return {
    image: findings[0]?.image ?? { reference: "", digest: "" },
    workloads: [...workloads].sort(([a], [b]) => compareText(a, b)).map(([, workload]) => workload),
    package: drafts[0]?.upgradeName ?? "",
    type,
    from: [...versions].sort((a, b) => compareVersions(type, a, b) || compareText(a, b)),
    to,
    atLeast: urgent.length === fixable.length ? to : targetVersion(type, urgent.map(toNeed)),
    findings: fixable.map(({ id }) => id),
    unfixed: findings.filter((finding) => !finding.fixable).map(({ id }) => id),
  };
}

/** The findings of the gravest band among them. **Order**: as given. */
function mostUrgent(findings: readonly Finding[]): readonly Finding[] {
  const gravest = bandNames.find((band) => findings.some((finding) => finding.band === band));
  return findings.filter((finding) => finding.band === gravest);
}

/** What an upgrade must do for one finding. */
export function toNeed(finding: Finding): Need {
  return { installed: finding.package.version, fixedIn: finding.vulnerability.fixedIn };
}

/** What one finding asks of an upgrade. */
export interface Need {
  readonly installed: string;
  /** Versions in which it is fixed: one, or one for each release line. */
  readonly fixedIn: readonly string[];
}

/**
 * Lowest version that satisfies all needs, staying in the running release line where the fixes
 * allow it. **Shape**: one of the versions that the needs name; "" without needs.
 */
export function targetVersion(type: string, given: readonly Need[]): string {
  const needs = distinctNeeds(given);
  const higher = (a: string, b: string) => (compareVersions(type, a, b) >= 0 ? a : b);
  const lowest = needs.map((need) => lowestFix(type, need)).filter((version) => version !== "");
  let target = lowest.length === 0 ? "" : lowest.reduce(higher);
  const stepsMax = needs.reduce((count, need) => count + need.fixedIn.length, 0);
  // Each step raises the target to a named version, so it ends.
  for (let step = 0; step < stepsMax; step += 1) {
    const raised = needs.map((need) => raiseTo(type, need, target)).reduce(higher, target);
    if (raised === target) return target;
    target = raised;
  }
  return target;
}

/** Many findings of one package ask for the same, and replicas of an image for all of it again. */
function distinctNeeds(needs: readonly Need[]): readonly Need[] {
  if (needs.length < 2) return needs;
  return [...new Map(needs.map((need) => [JSON.stringify(need), need])).values()];
}

/**
 * The lowest fix above what is installed. With none above (a binary package whose version is not
 * its source's, an unknown version) the highest that is named.
 */
function lowestFix(type: string, { installed, fixedIn }: Need): string {
  const rising = [...fixedIn].sort((a, b) => compareVersions(type, a, b));
  const isKnown = /\d/.test(installed);
  const above = rising.find((fix) => isKnown && compareVersions(type, fix, installed) > 0);
  return above ?? rising.at(-1) ?? "";
}

/**
 * The target, or what it must be raised to: with fixes 1.2.5 and 2.0.1, version 2.0.0 is above the
 * first and still not fixed, because it lies in the line of the second.
 */
function raiseTo(type: string, { fixedIn }: Need, target: string): string {
  const isAbove = fixedIn.map((fix) => compareVersions(type, fix, target) > 0);
  const above = fixedIn.filter((_, index) => isAbove[index]);
  if (above.length === 0) return target;
  const reached = fixedIn.filter((_, index) => !isAbove[index]);
  const nearest = Math.max(0, ...reached.map((fix) => sharedLine(fix, target)));
  const sameLine = above.filter((fix) => sharedLine(fix, target) > nearest);
  if (sameLine.length === 0) return target;
  return sameLine.reduce((a, b) => (compareVersions(type, a, b) <= 0 ? a : b));
}
