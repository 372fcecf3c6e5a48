/**
 * Holds which findings a filter leaves, and in which order.
 * In: the data and the values of the address. Out: findings. Values that mean nothing leave all.
 */
import type { PageData, PageFinding } from "./page-data.ts";
import type { FilterKey } from "./page-state.ts";

type Values = ReadonlyMap<string, string>;
type Test = (finding: PageFinding) => boolean;

const severities = ["Critical", "High", "Medium", "Low", "Negligible"];
const decisions = ["act-now", "soon", "scheduled", "next-upgrade"];
const uses = ["in-use", "unknown", "not-observed"];
const exposures = ["yes", "unknown", "no"];

const stages: Readonly<Record<string, Test>> = {
  all: () => true,
  critical: (one) => one.critical,
  fixable: (one) => one.critical && one.fixable,
  privileged: (one) => one.critical && one.fixable && one.privileged,
  inUse: (one) => one.critical && one.fixable && one.privileged && one.inUse,
  actNow: (one) => one.decision.name === "act-now",
  criticalFixableInUse: (one) => one.critical && one.fixable && one.inUse,
  unknownUse: (one) => one.critical && one.fixable && one.privileged && one.unknownCount > 0,
};

/** Matches that findings stand for; a step that asks for the use counts those with that use. */
export function countMatches(findings: readonly PageFinding[], stage: string): number {
  const key =
    stage === "unknownUse" ? "unknownCount" : /inUse$/i.test(stage) ? "inUseCount" : "matchCount";
  return findings.reduce((sum, one) => sum + one[key], 0);
}

/** **Order**: of the data. All filters must hold. */
export function filterFindings(data: PageData, values: Values): readonly PageFinding[] {
  const tests: Test[] = [];
  for (const [key, make] of Object.entries(makers)) {
    const value = values.get(key);
    const test = value === undefined || value === "" ? undefined : make(value, data);
    if (test !== undefined) tests.push(test);
  }
  return data.findings.filter((finding) => tests.every((test) => test(finding)));
}

const makers: Readonly<Record<FilterKey, (value: string, data: PageData) => Test | undefined>> = {
  q: (value, data) => {
    const words = value.toLowerCase().split(/\s+/).filter(Boolean);
    return (one) => words.every((word) => searchText(one, data).includes(word));
  },
  decision: (value) => (one) => one.decision.name === value,
  use: (value) => (one) => one.usage.state === value,
  exposed: (value) => (one) => one.exposed === value,
  workload: (value, data) =>
    byName(value, data, (one) => [data.workloads[one.workload]?.name ?? ""]),
  image: (value, data) => byName(value, data, (one) => [one.image]),
  package: (value, data) => byName(value, data, (one) => [one.package.name, ...one.others]),
  vulnerability: (value) => (one) => one.vulnerability.id === value,
  stage: (value) => (Object.hasOwn(stages, value) ? stages[value] : undefined),
  action: (value, data) => {
    const indices = data.actions.find(({ id }) => id === value)?.findings ?? [];
    const members = new Set(indices.map((index) => data.findings[index]));
    return (one) => members.has(one);
  },
};

/** A whole name means that one alone, as links give it; else a part of a name, as typed. */
function byName(
  value: string,
  { findings }: PageData,
  namesOf: (one: PageFinding) => readonly string[],
): Test {
  if (findings.some((one) => namesOf(one).includes(value))) {
    return (one) => namesOf(one).includes(value);
  }
  const part = value.toLowerCase();
  return (one) => namesOf(one).some((name) => name.toLowerCase().includes(part));
}

const searchTexts = new WeakMap<PageFinding, string>();

function searchText(one: PageFinding, data: PageData): string {
  const known = searchTexts.get(one);
  if (known !== undefined) return known;
  const { vulnerability, package: owner, others, image } = one;
  const parts = [
    vulnerability.id,
    ...vulnerability.aliases,
    vulnerability.severity,
    owner.name,
    owner.version,
    owner.type,
    ...others,
    image,
    data.workloads[one.workload]?.name ?? "",
    vulnerability.kevSince === "" ? "" : "kev",
  ];
  const text = parts.join(" ").toLowerCase();
  searchTexts.set(one, text);
  return text;
}

/** Names of columns that a list can be ordered by. */
export const sortNames = [
  "rank",
  "decision",
  "vulnerability",
  "severity",
  "package",
  "workload",
  "use",
  "exposed",
] as const;
type SortName = (typeof sortNames)[number];

/** `rank`, or `-rank` for the other way round. **Order**: equal ones by rank. */
export function sortFindings(
  findings: readonly PageFinding[],
  sort: string,
  data: PageData,
): readonly PageFinding[] {
  const isDown = sort.startsWith("-");
  const name = sortNames.find((one) => one === sort.replace(/^-/, "")) ?? "rank";
  const keyOf = sortKeys(data)[name];
  const sign = isDown ? -1 : 1;
  return findings
    .map((one) => ({ one, key: keyOf(one) }))
    .sort((a, b) => sign * compareKeys(a.key, b.key) || a.one.rank - b.one.rank)
    .map(({ one }) => one);
}

function sortKeys(data: PageData): Record<SortName, (one: PageFinding) => string | number> {
  return {
    rank: (one) => one.rank,
    decision: (one) => placeIn(decisions, one.decision.name),
    vulnerability: (one) => one.vulnerability.id,
    severity: (one) => placeIn(severities, one.vulnerability.severity),
    package: (one) => one.package.name,
    workload: (one) => data.workloads[one.workload]?.name ?? "",
    use: (one) => placeIn(uses, one.usage.state),
    exposed: (one) => placeIn(exposures, one.exposed),
  };
}

function placeIn(order: readonly string[], value: string): number {
  const at = order.indexOf(value);
  return at < 0 ? order.length : at;
}

function compareKeys(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
