/**
 * Holds how findings that have a fix become actions: what lies in a base image is removed by a
 * rebuild on a newer one, the rest by one upgrade of one package of one image.
 * In: ranked findings with their upgrade groups. Out: candidates that together hold each finding
 * with a fix once. Must never put what an image added itself into a rebuild of its base.
 */
import { compareText } from "../../event/compare-text.ts";
import type { DraftFinding } from "../build-findings.ts";
import { compareVersions } from "../compare-versions.ts";
import { targetVersion, toNeed } from "../group-upgrades.ts";
import { isDistroType } from "../package-ref.ts";
import { type BaseImage, findBases } from "./base-images.ts";
import { type Candidate, decisionOf, dueWords, listNames, plural } from "./candidate.ts";

/** **Cost**: linear in findings, but for sorting versions. */
export function groupFixes(drafts: readonly DraftFinding[]): readonly Candidate[] {
  const images = new Map(
    drafts.map(({ finding: { image }, origin }) => [JSON.stringify(image), { image, origin }]),
  );
  const baseOf = findBases([...images.values()]);
  const unfixed = countUnfixed(drafts);
  const fixable = drafts.filter(({ finding }) => finding.fixable);
  const placed = fixable.map((draft) => {
    const base = baseOf(draft.finding.image, draft.origin);
    return { draft, base, layer: placeOf(draft, base) };
  });
  const groups = Map.groupBy(placed, ({ draft, base, layer }) =>
    layer === "base" && base !== undefined ? `base ${base.key}` : `own ${draft.finding.upgrade}`,
  );
  return [...groups.values()].flatMap((group) => {
    const base = group[0]?.layer === "base" ? group[0].base : undefined;
    const members = group.map(({ draft }) => draft);
    const upgrades = new Set(members.map(({ finding }) => finding.upgrade));
    if (base !== undefined && upgrades.size > 1) return [rebuild(base, members)];
    return [upgrade(members, group[0]?.layer ?? "unknown", unfixed)];
  });
}

type Layer = "base" | "application" | "unknown";

function placeOf({ layer, finding }: DraftFinding, base: BaseImage | undefined): Layer {
  if (layer === "" || base === undefined) return "unknown";
  if (!base.layers.has(layer)) return "application";
  return base.isShared || isDistroType(finding.package.type) ? "base" : "unknown";
}

function countUnfixed(drafts: readonly DraftFinding[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { finding } of drafts) {
    if (finding.fixable) continue;
    counts.set(finding.upgrade, (counts.get(finding.upgrade) ?? 0) + 1);
  }
  return counts;
}

/** What a version must be to remove what is decided most urgently, and all of it. */
function targetsOf(drafts: readonly DraftFinding[]): { to: string; atLeast: string } {
  const decision = decisionOf(drafts);
  const type = drafts[0]?.finding.package.type ?? "";
  const urgent = drafts.filter(({ finding }) => finding.decision.name === decision);
  const target = (some: readonly DraftFinding[]) =>
    targetVersion(
      type,
      some.map(({ finding }) => toNeed(finding)),
    );
  const to = target(drafts);
  return { to, atLeast: urgent.length === drafts.length ? to : target(urgent) };
}

function versionsOf(drafts: readonly DraftFinding[]): readonly string[] {
  const type = drafts[0]?.finding.package.type ?? "";
  const versions = new Set(
    drafts.flatMap(({ finding }) => finding.packages.map((one) => one.package.version)),
  );
  return [...versions].sort((a, b) => compareVersions(type, a, b) || compareText(a, b));
}

function upgrade(
  drafts: readonly DraftFinding[],
  layer: Layer,
  unfixed: ReadonlyMap<string, number>,
): Candidate {
  const [first] = drafts;
  if (first === undefined) throw new Error("a group holds at least one finding");
  const { type } = first.finding.package;
  const { to, atLeast } = targetsOf(drafts);
  const from = versionsOf(drafts);
  const step = atLeast === to ? "" : ` (at least ${atLeast})`;
  const leftCount = unfixed.get(first.finding.upgrade) ?? 0;
  return {
    kind: "upgrade-package",
    key: [first.finding.upgrade],
    drafts,
    does: `upgrade ${first.upgradeName} ${from.join(", ")} → ${to}${step}`,
    because: [
      tellUrgent(drafts),
      ...(atLeast === to ? [] : [`${atLeast} is enough for the most urgent of them`]),
      ...tellMajor(type, from, to),
      ...(layer === "base" ? ["the package comes with the base of the image"] : []),
      ...tellUnfixed(leftCount),
    ],
    given: { package: first.upgradeName, type, from, to, atLeast, layer },
  };
}

function tellUnfixed(count: number): readonly string[] {
  if (count === 0) return [];
  return [
    `${plural(count, "more finding")} of the package ${count === 1 ? "has" : "have"} no fix yet`,
  ];
}

function tellUrgent(drafts: readonly DraftFinding[]): string {
  const decision = decisionOf(drafts);
  const urgent = drafts.filter(({ finding }) => finding.decision.name === decision);
  const ids = [...new Set(urgent.map(({ finding }) => finding.vulnerability.id))];
  return `${dueWords[decision]}: ${listNames(ids)}`;
}

/** Types whose tools take a second number for a major one while the first is 0. */
const caretTypes: readonly string[] = ["npm", "rust-crate"];

/**
 * Versions of a language package promise compatibility up to their first number; those of a
 * distribution are rebuilt for the same release.
 */
function tellMajor(type: string, from: readonly string[], to: string): readonly string[] {
  if (isDistroType(type)) return [];
  const lineOf = (version: string) => {
    const line = /^(?:\d+!)?(?:v|go)?(\d+)(?:\.(\d+))?/i.exec(version);
    if (line === null) return "";
    const [, major = "", minor = ""] = line;
    return major === "0" && caretTypes.includes(type) ? `0.${minor}` : major;
  };
  const target = lineOf(to);
  const crossed = from.map(lineOf).find((line) => line !== "" && line !== target);
  if (target === "" || crossed === undefined) return [];
  return [`crosses a major version: ${crossed} → ${target}`];
}

function rebuild(base: BaseImage, drafts: readonly DraftFinding[]): Candidate {
  const packages = Map.groupBy(drafts, ({ finding, upgradeName }) =>
    JSON.stringify([finding.package.type, upgradeName]),
  );
  const needed = [...packages.values()].map((group) => {
    const { to } = targetsOf(group);
    return `${group[0]?.upgradeName ?? ""} ${to}`;
  });
  const images = new Set(drafts.map(({ finding }) => finding.image.reference));
  const named = base.name === "" ? "" : ` (${base.name})`;
  const types = new Set(drafts.map(({ finding }) => finding.package.type));
  const [type] = types;
  const count = base.layers.size;
  const from =
    images.size > 1
      ? `they share their first ${count === 1 ? "layer" : `${count} layers`}`
      : `from its first ${count === 1 ? "layer" : `${count} layers`}`;
  return {
    kind: "rebuild-on-base",
    key: [base.key],
    drafts,
    does: `rebuild ${listNames([...images].sort(compareText), 3)} on a newer base${named}`,
    because: [
      tellUrgent(drafts),
      `${from}: ${listNames([...images].sort(compareText))}`,
      `the new base needs at least: ${listNames(needed, 12)}`,
    ],
    given: { type: types.size === 1 ? (type ?? "") : "", to: base.name, layer: "base" },
  };
}
