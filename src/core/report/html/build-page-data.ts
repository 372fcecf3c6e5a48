/**
 * Holds what of a report goes into a page, and its bounds.
 * In: a report. Out: `PageData`; all text in it visible and cut. What is beyond a bound is said.
 * Must never drop silently: `leftOut` counts in words, the JSON report has everything.
 */

import type { FlowEnd } from "../../judge/flows/flow-edge.ts";
import type { Evidence, Finding, PackageRef, Usage } from "../../judge/verdict.ts";
import type { Report } from "../report.ts";
import { makeVisible } from "../safe-text.ts";
import { formatCount } from "../text-layout.ts";
import type { PageData, PageFinding, PagePackage, PageUsage } from "./client/page-data.ts";
import { type NumberedWorkloads, numberWorkloads } from "./page-workloads.ts";

/** **Unit**: records of a page. */
export const pageBounds = {
  findings: 20_000,
  flows: 10_000,
  evidence: 15_000,
  evidencePerFinding: 6,
  actions: 2_000,
  contradictions: 1_000,
} as const;

/** **Unit**: UTF-16 code units of one text; of all descriptions of vulnerabilities together. */
const textLengthMax = 300;
const descriptionsLengthMax = 400_000;

export function buildPageData(report: Report): PageData {
  const numbers = numberWorkloads(report);
  const findings = bound(report.findings, pageBounds.findings);
  const flows = bound(report.flows, pageBounds.flows);
  const actions = bound(report.actions, pageBounds.actions);
  const contradictions = bound(report.contradictions, pageBounds.contradictions);
  const describe = describeFinding(numbers, descriptionLengthOf(findings.kept));
  const data = {
    from: report.window.from ?? "",
    to: report.window.to ?? "",
    findings: findings.kept.map(describe),
    flows: flows.kept.map((flow) => ({
      ...flow,
      from: describeEnd(flow.from, numbers),
      to: describeEnd(flow.to, numbers),
    })),
    actions: actions.kept.map(({ image, workloads, upgrades: _upgrades, ...action }) => ({
      ...action,
      image: nameImage(image),
      workloads: workloads.map(numbers.numberOf),
    })),
    contradictions: contradictions.kept.map((one) => ({
      ...one,
      workload: numbers.numberOf(one.workload),
    })),
    workloads: numbers.list(),
  };
  const evidence = gatherEvidence(data, report);
  return makeAllVisible({
    ...data,
    evidence: evidence.kept,
    leftOut: [
      ...sayLeftOut(findings.leftOut, "findings of the lowest ranks"),
      ...sayLeftOut(flows.leftOut, "flows"),
      ...sayLeftOut(actions.leftOut, "actions of the lowest ranks"),
      ...sayLeftOut(contradictions.leftOut, "contradictions"),
      ...sayLeftOut(evidence.leftOut, "proofs"),
    ],
  });
}

function bound<Item>(items: readonly Item[], countMax: number) {
  return { kept: items.slice(0, countMax), leftOut: Math.max(0, items.length - countMax) };
}

function sayLeftOut(count: number, what: string): readonly string[] {
  return count === 0 ? [] : [`${formatCount(count)} ${what} are in the JSON report only.`];
}

function nameImage(image: { readonly reference: string; readonly digest: string } | null): string {
  return image === null ? "" : image.reference || image.digest;
}

function describeEnd(end: FlowEnd, numbers: NumberedWorkloads) {
  return { ...end, workload: numbers.numberOf(end.workload) };
}

/** Many vulnerabilities leave each less room, so that the page stays small. */
function descriptionLengthOf(findings: readonly Finding[]): number {
  const count = new Set(findings.map(({ vulnerability }) => vulnerability.id)).size;
  const room = Math.floor(descriptionsLengthMax / Math.max(1, count));
  return Math.min(textLengthMax, Math.max(80, room));
}

function describeFinding(numbers: NumberedWorkloads, descriptionLength: number) {
  return (finding: Finding): PageFinding => {
    const { id, rank, band, critical, fixable, privileged, inUse, matchType } = finding;
    const { vulnerability: known, decision, reasons, wouldChange } = finding;
    return {
      id,
      rank,
      band,
      vulnerability: {
        id: known.id,
        aliases: known.aliases.slice(0, 8),
        severity: known.severity,
        cvss: known.cvssScore,
        epss: known.epss?.score ?? null,
        epssPercentile: known.epss?.percentile ?? null,
        kevSince: known.kev?.dateAdded ?? "",
        ransomware: known.kev?.ransomware ?? false,
        fixedIn: known.fixedIn.slice(0, 8),
        fixState: known.fixState,
        description: makeVisible(known.description, descriptionLength),
      },
      package: describePackage(finding.package),
      others: finding.packages
        .filter((one) => one.package.id !== finding.package.id)
        .map((one) => one.package.name)
        .slice(0, 40),
      image: nameImage(finding.image),
      workload: numbers.numberOf(finding.workload),
      usage: describeUsage(finding.usage),
      privileges: finding.privileges
        .filter(({ source }) => source !== "denied")
        .map(({ privilege, detail, source }) =>
          `${privilege.replaceAll("-", " ")} ${detail}`.trim().concat(` (${source})`),
        ),
      exposed: finding.exposure.exposed,
      critical,
      fixable,
      privileged,
      inUse,
      matchType,
      decision,
      reasons,
      wouldChange,
    };
  };
}

function describePackage({ name, version, type, location }: PackageRef): PagePackage {
  return { name, version, type, location };
}

function describeUsage(usage: Usage): PageUsage {
  const { kept, leftOut } = bound(usage.evidence, pageBounds.evidencePerFinding);
  return { ...usage, evidence: kept, leftOutCount: leftOut };
}

/** **Order**: as findings, contradictions, flows and workloads cite it. */
function gatherEvidence(data: Omit<PageData, "evidence" | "leftOut">, report: Report) {
  const ids = new Set<string>();
  for (const { usage } of data.findings) for (const id of usage.evidence) ids.add(id);
  for (const { evidence } of data.contradictions) for (const id of evidence) ids.add(id);
  for (const { evidence } of data.flows) for (const id of evidence.slice(0, 4)) ids.add(id);
  for (const { context } of data.workloads) {
    for (const id of context?.exposure.evidence.slice(0, 6) ?? []) ids.add(id);
    for (const { evidence } of context?.exposure.ports ?? []) {
      for (const id of evidence.slice(0, 2)) ids.add(id);
    }
    for (const { evidence } of context?.roles ?? []) {
      for (const id of evidence.slice(0, 4)) ids.add(id);
    }
  }
  const held = [...ids].filter((id) => Object.hasOwn(report.evidence, id));
  const { kept, leftOut } = bound(held, pageBounds.evidence);
  return { kept: kept.map((id) => report.evidence[id]).filter(isKnown), leftOut };
}

function isKnown(evidence: Evidence | undefined): evidence is Evidence {
  return evidence !== undefined;
}

/** Names of keys are the program's own: only values come from outside. */
function makeAllVisible(data: PageData): PageData {
  const seen = new Map<object, unknown>();
  const show = (value: unknown): unknown => {
    if (typeof value === "string") return makeVisible(value, textLengthMax);
    if (typeof value !== "object" || value === null) return value;
    const known = seen.get(value);
    if (known !== undefined) return known;
    const shown = Array.isArray(value)
      ? value.map(show)
      : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, show(one)]));
    seen.set(value, shown);
    return shown;
  };
  return show(data) as PageData;
}
