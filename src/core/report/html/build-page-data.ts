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
const descriptionsLengthMax = 250_000;

export function buildPageData(report: Report): PageData {
  const numbers = numberWorkloads(report);
  const findings = bound(report.findings, pageBounds.findings);
  const flows = bound(report.flows, pageBounds.flows);
  const actions = bound(report.actions, pageBounds.actions);
  const contradictions = bound(report.contradictions, pageBounds.contradictions);
  const places = new Map(findings.kept.map(({ id }, index) => [id, index]));
  const idLength = tellApart(findings.kept.map(({ id }) => id));
  const describe = describeFinding(numbers, descriptionLengthOf(findings.kept));
  const data = {
    from: report.window.from ?? "",
    to: report.window.to ?? "",
    findings: findings.kept.map((one) => ({ ...describe(one), id: one.id.slice(0, idLength) })),
    flows: flows.kept.map((flow) => ({
      ...flow,
      from: describeEnd(flow.from, numbers),
      to: describeEnd(flow.to, numbers),
    })),
    actions: actions.kept.map(({ image, workloads, upgrades: _upgrades, ...action }) => ({
      ...action,
      image: nameImage(image),
      workloads: workloads.map(numbers.numberOf),
      findings: action.findings.flatMap((id) => places.get(id) ?? []),
      findingCount: action.findings.length,
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
    evidence: evidence.kept.map((proof) => ({ ...proof, execId: shortenExecId(proof) })),
    idLength,
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

/** **Unit**: characters, at least eight: the shortest start that no two ids share. */
function tellApart(ids: readonly string[]): number {
  const lengthMax = ids.reduce((length, id) => Math.max(length, id.length), 8);
  const distinctCount = new Set(ids).size;
  for (let length = 8; length < lengthMax; length += 1) {
    if (new Set(ids.map((id) => id.slice(0, length))).size === distinctCount) return length;
  }
  return lengthMax;
}

/** `~` and the start of the process, where node and pid beside it tell the rest. */
function shortenExecId({ execId, node, pid }: Evidence): string {
  // No id of Tetragon's starts so; taken as one of ours it would end the page's script.
  if (execId.startsWith("~")) return "";
  const plain = /^[A-Za-z0-9+/]+={0,2}$/.test(execId) && execId.length % 4 === 0;
  const text = plain ? atob(execId) : "";
  const start = text.slice(node.length + 1, -String(pid).length - 1);
  const isWhole = /^\d+$/.test(start) && btoa(`${node}:${start}:${pid}`) === execId;
  return isWhole && /^[ -~]*$/.test(node) ? `~${start}` : execId;
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
  const upgrades = new Map<string, number>();
  return (finding: Finding): PageFinding => {
    const countUses = (state: string) =>
      finding.packages.filter(({ usage }) => usage.state === state).length;
    upgrades.set(finding.upgrade, upgrades.get(finding.upgrade) ?? upgrades.size);
    const { id, rank, band, critical, fixable, privileged, inUse, matchType } = finding;
    const { vulnerability: known, decision, reasons, wouldChange } = finding;
    return {
      id,
      rank,
      band,
      vulnerability: {
        id: known.id,
        aliases: known.aliases.slice(0, 4),
        severity: known.severity,
        cvss: known.cvssScore,
        epss: round(known.epss?.score),
        epssPercentile: round(known.epss?.percentile),
        kevSince: known.kev?.dateAdded ?? "",
        ransomware: known.kev?.ransomware ?? false,
        fixedIn: known.fixedIn.slice(0, 4),
        fixState: known.fixState,
        description: makeVisible(known.description, descriptionLength),
      },
      package: describePackage(finding.package),
      matchCount: finding.packages.length,
      inUseCount: countUses("in-use"),
      unknownCount: countUses("unknown"),
      upgrade: upgrades.get(finding.upgrade) ?? 0,
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

/** Shown with three digits at most. */
function round(share: number | undefined): number | null {
  return share === undefined ? null : Math.round(share * 1000) / 1000;
}

function describePackage({ name, version, type, location }: PackageRef): PagePackage {
  return { name, version, type, location };
}

function describeUsage(usage: Usage): PageUsage {
  const { kept, leftOut } = bound(usage.evidence, pageBounds.evidencePerFinding);
  return { ...usage, evidence: kept, leftOutCount: leftOut };
}

/** **Order**: as findings, contradictions, flows and workloads cite it. */
function gatherEvidence(data: Omit<PageData, "evidence" | "leftOut" | "idLength">, report: Report) {
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

const plainText = /^[ -~]*$/;

/** Names of keys are the program's own: only values come from outside. */
function makeAllVisible(data: PageData): PageData {
  const seen = new Map<unknown, unknown>();
  const show = (value: unknown): unknown => {
    if (typeof value === "string" && value.length <= textLengthMax && plainText.test(value)) {
      return value;
    }
    if (typeof value !== "string" && (typeof value !== "object" || value === null)) return value;
    const known = seen.get(value);
    if (known !== undefined) return known;
    const shown = typeof value === "string" ? makeVisible(value, textLengthMax) : showParts(value);
    seen.set(value, shown);
    return shown;
  };
  // Most parts are plain already: those stay the one object they are.
  const showParts = (value: object): unknown => {
    if (Array.isArray(value)) {
      const shown = value.map(show);
      return shown.every((one, index) => one === value[index]) ? value : shown;
    }
    const changed = Object.entries(value)
      .map(([key, one]) => [key, show(one), one] as const)
      .filter(([, shown, one]) => shown !== one);
    if (changed.length === 0) return value;
    return { ...value, ...Object.fromEntries(changed.map(([key, shown]) => [key, shown])) };
  };
  return show(data) as PageData;
}
