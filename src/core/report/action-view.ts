/**
 * Holds what a person is told about an action, before it becomes text or Markdown.
 * In: a report. Out: actions with their findings and proofs looked up; the same upgrade of several
 * images is one entry. Must choose nothing that the plan did not decide.
 */
import type { Action } from "../judge/decide/action.ts";
import type { Evidence, Finding } from "../judge/verdict.ts";
import type { Workload } from "../observe/fact.ts";
import { findProofs } from "./find-proofs.ts";
import type { Report } from "./report.ts";

export interface ActionView {
  /** First of the merged ones; the others differ in image and workloads only. */
  readonly action: Action;
  readonly from: readonly string[];
  readonly images: readonly string[];
  readonly workloads: readonly Workload[];
  /** **Order**: by rank. */
  readonly findings: readonly Finding[];
  /** Those of its own decision: what makes it as urgent as it is. */
  readonly urgentCount: number;
  /** One entry a vulnerability, from its highest-ranked finding. */
  readonly vulnerabilities: readonly Finding[];
  /** First recorded proof of use, of the first finding that has one. */
  readonly proof: Evidence | undefined;
}

/** **Order**: by rank. */
export function viewActions(report: Report): readonly ActionView[] {
  const findings = new Map(report.findings.map((finding) => [finding.id, finding]));
  const groups = Map.groupBy(report.actions, mergeKey);
  return [...groups.values()].flatMap((group) => viewGroup(group, findings, report));
}

function mergeKey({ kind, id, type, package: name, to }: Action): string {
  return JSON.stringify(kind === "upgrade-package" ? [kind, type, name, to] : [id]);
}

function viewGroup(
  group: readonly Action[],
  known: ReadonlyMap<string, Finding>,
  report: Report,
): readonly ActionView[] {
  const [action] = group;
  if (action === undefined) return [];
  const ids = [...new Set(group.flatMap((one) => one.findings))];
  const findings = ids.flatMap((id) => known.get(id) ?? []).sort((a, b) => a.rank - b.rank);
  const byVulnerability = new Map<string, Finding>();
  for (const finding of findings) {
    const { id } = finding.vulnerability;
    if (!byVulnerability.has(id)) byVulnerability.set(id, finding);
  }
  const images = findings.map(({ image }) => image.reference || image.digest);
  const proofs = findings.map(({ usage }) => findProofs(usage.evidence, report)[0]);
  return [
    {
      action,
      from: [...new Set(group.flatMap((one) => one.from))],
      images: [...new Set(images)],
      workloads: group.flatMap((one) => one.workloads),
      findings,
      urgentCount: findings.filter(({ decision }) => decision.name === action.decision).length,
      vulnerabilities: [...byVulnerability.values()],
      proof: proofs.find((one) => one !== undefined),
    },
  ];
}
