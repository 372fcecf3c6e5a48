/**
 * Holds how matches become findings: one per workload, image, vulnerability and source package
 * (distributions) or package at its place (languages).
 * In: judged images. Out: findings without rank. Every match ends up in exactly one finding;
 * one whose package is not known becomes a finding with usage unknown.
 */
import { compareText } from "../event/compare-text.ts";
import type { Match, Severity } from "../inventory/image.ts";
import { unknownExposure } from "./context/unknown-exposure.ts";
import { decideFinding } from "./decide/decide-finding.ts";
import type { DecisionFacts } from "./decide/modifiers.ts";
import { createPackageFinder } from "./find-package.ts";
import { fingerprint } from "./fingerprint.ts";
import type { ImageOrigin, JudgedImage, JudgedPackage } from "./judged-image.ts";
import { compareUsage, unknownUsage } from "./merge-usage.ts";
import {
  clusterByVulnerability,
  mergeVulnerabilities,
  ratedSeverity,
} from "./merge-vulnerabilities.ts";
import { compareRefs, isDistroType, matchRef, placeWithoutVersion } from "./package-ref.ts";
import type { Finding, FindingVulnerability, UsageState } from "./verdict.ts";

/** A finding together with what ranking and counting need and the report does not show. */
export interface DraftFinding {
  /** Rank 0, no reasons and no upgrade yet. */
  readonly finding: Finding;
  /** One entry a match: the use of its own package. */
  readonly matchUses: readonly UsageState[];
  /** What a person upgrades: source package or package name. */
  readonly upgradeName: string;
  readonly observedUs: number;
  /** What the modifiers of its decision looked at. */
  readonly facts: DecisionFacts;
  /** Digest of the layer that its packages come from; "" when unknown or not one. */
  readonly layer: string;
  readonly origin: ImageOrigin;
}

export interface FindingSettings {
  readonly criticalSeverities: readonly Severity[];
  /** **Unit**: microseconds; "not observed" over a shorter time never lowers a decision. */
  readonly loweringWindowUs: number;
}

interface Located {
  readonly match: Match;
  readonly found: JudgedPackage;
}

/** **Order**: by id. **Cost**: linear in matches, but for sorting. */
export function buildFindings(
  images: readonly JudgedImage[],
  settings: FindingSettings,
): readonly DraftFinding[] {
  return makeIdsUnique(images.flatMap((image) => findingsOfImage(image, settings)));
}

function findingsOfImage(image: JudgedImage, settings: FindingSettings): readonly DraftFinding[] {
  const find = createPackageFinder(image.packages);
  const located = image.matches.map(
    (match): Located => ({ match, found: find(match) ?? standIn(match, image.missing) }),
  );
  const groups = Map.groupBy(located, ({ found }) => groupKey(found));
  return [...groups.values()].flatMap((group) =>
    clusterByVulnerability(group, ({ match }) => match.vulnerability).map(
      ({ canonicalId, items }) => buildFinding({ image, canonicalId, located: items, settings }),
    ),
  );
}

function standIn(match: Match, missing: string): JudgedPackage {
  const ref = matchRef(match);
  const source = match.upstreams[0] ?? "";
  return {
    ref,
    source: source === "" ? ref.name : source,
    usage: unknownUsage(missing),
    isBlank: false,
    layer: "",
  };
}

function groupKey({ ref, source }: JudgedPackage): string {
  return JSON.stringify(
    isDistroType(ref.type) ? [ref.type, source] : [ref.type, ref.name, ref.version, ref.location],
  );
}

interface FindingParts {
  readonly image: JudgedImage;
  readonly canonicalId: string;
  readonly located: readonly Located[];
  readonly settings: FindingSettings;
}

function buildFinding({ image, canonicalId, located, settings }: FindingParts): DraftFinding {
  const packages = distinctPackages(located);
  const [strongest] = packages;
  if (strongest === undefined) throw new Error("a finding is built from at least one match");
  const { type } = strongest.ref;
  const matches = located.map(({ match }) => match);
  const vulnerability = mergeVulnerabilities(canonicalId, matches, type);
  const upgradeName = isDistroType(type) ? strongest.source : strongest.ref.name;
  const { workload } = image;
  const place = isDistroType(type) ? "" : placeWithoutVersion(strongest.ref);
  const who = [workload.namespace, workload.kind, workload.name, workload.container];
  const exposure = exposureOf(image);
  const facts: DecisionFacts = {
    usage: strongest.usage,
    privileges: image.privileges,
    context: image.context,
    observedUs: image.observedUs,
    loweringWindowUs: settings.loweringWindowUs,
  };
  const finding: Finding = {
    id: fingerprint(["finding", ...who, canonicalId, type, upgradeName, place]),
    rank: 0,
    band: "negligible",
    vulnerability,
    package: strongest.ref,
    packages: packages.map(({ ref, usage }) => ({ package: ref, usage })),
    image: image.image,
    workload,
    usage: strongest.usage,
    privileges: image.privileges,
    critical: isCritical(vulnerability, settings),
    fixable: vulnerability.fixState === "fixed" && vulnerability.fixedIn.length > 0,
    privileged: image.privileged,
    inUse: strongest.usage.state === "in-use",
    exposure,
    decision: decideFinding({ vulnerability, exposure, facts }),
    waiver: null,
    upgrade: "",
    reasons: [],
    wouldChange: [],
    matchType: surestMatchType(matches),
  };
  const matchUses = located.map(({ found }) => found.usage.state);
  const { observedUs, origin } = image;
  return { finding, matchUses, upgradeName, observedUs, facts, layer: layerOf(packages), origin };
}

/** Of all its packages, where they agree. */
function layerOf(packages: readonly JudgedPackage[]): string {
  const layers = new Set(packages.map(({ layer }) => layer));
  const [only] = layers;
  return layers.size === 1 ? (only ?? "") : "";
}

function exposureOf({ context }: JudgedImage): Finding["exposure"] {
  if (context === undefined) return unknownExposure("nothing was seen to run the image");
  const { exposed, observed, allowed, hopCount, because } = context.exposure;
  return { exposed, observed, allowed, hopCount, because };
}

/** Strongest use first; what has nothing to use says nothing about those that have. */
function distinctPackages(located: readonly Located[]): readonly JudgedPackage[] {
  const byKey = new Map(located.map(({ found }) => [JSON.stringify(found.ref), found]));
  return [...byKey.values()].sort(
    (a, b) =>
      Number(a.isBlank) - Number(b.isBlank) ||
      compareUsage(a.usage, b.usage) ||
      compareRefs(a.ref, b.ref),
  );
}

/** Critical as configured, or known to be exploited; an unknown severity goes by its CVSS score. */
function isCritical(vulnerability: FindingVulnerability, settings: FindingSettings): boolean {
  const severity = ratedSeverity(vulnerability);
  return vulnerability.kev !== null || settings.criticalSeverities.includes(severity);
}

const matchTypes = ["cpe-match", "exact-indirect-match", "exact-direct-match"];

/** How sure the best match of the cluster is; each match already carries its own weakest. */
function surestMatchType(matches: readonly Match[]): string {
  const sorted = matches
    .map((match) => match.matchType)
    .sort((a, b) => matchTypes.indexOf(b) - matchTypes.indexOf(a) || compareText(a, b));
  return sorted[0] ?? "";
}

/** Two images of one workload (a rollout) or two clusters: later ones get an id of their own. */
function makeIdsUnique(drafts: readonly DraftFinding[]): readonly DraftFinding[] {
  const sorted = [...drafts].sort((a, b) => compareFindings(a.finding, b.finding));
  const seen = new Map<string, number>();
  return sorted.map((draft) => {
    const { id } = draft.finding;
    const before = seen.get(id) ?? 0;
    seen.set(id, before + 1);
    if (before === 0) return draft;
    return { ...draft, finding: { ...draft.finding, id: fingerprint([id, String(before)]) } };
  });
}

function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.id, b.id) ||
    compareText(a.workload.cluster, b.workload.cluster) ||
    compareText(a.image.reference, b.image.reference) ||
    compareText(a.image.digest, b.image.digest) ||
    compareRefs(a.package, b.package)
  );
}
