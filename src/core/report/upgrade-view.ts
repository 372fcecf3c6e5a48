/**
 * Holds what a person is told about an upgrade, before it becomes text or Markdown.
 * In: a report. Out: upgrades with their findings and proofs looked up; the same upgrade of several
 * images is one entry. Must choose nothing that the report's ranks did not decide.
 */
import type { Evidence, Finding, Upgrade } from "../judge/verdict.ts";
import type { Workload } from "../observe/fact.ts";
import type { Report } from "./report.ts";

export interface UpgradeView {
  /** First of the merged ones; the others differ in image and workloads only. */
  readonly upgrade: Upgrade;
  readonly from: readonly string[];
  readonly images: readonly string[];
  readonly workloads: readonly Workload[];
  /** **Order**: by rank. */
  readonly findings: readonly Finding[];
  /** Of the same package, without a fix. */
  readonly unfixed: readonly Finding[];
  /** One entry a vulnerability, from its highest-ranked finding. */
  readonly vulnerabilities: readonly Finding[];
  /** First recorded proof of the first finding that has one. */
  readonly proof: Evidence | undefined;
}

/** **Order**: by rank. Groups with nothing to upgrade to come last. */
export function viewUpgrades(report: Report): readonly UpgradeView[] {
  const findings = new Map(report.findings.map((finding) => [finding.id, finding]));
  const groups = new Map<string, Upgrade[]>();
  for (const upgrade of report.upgrades) {
    const key = JSON.stringify([upgrade.type, upgrade.package, upgrade.to]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [upgrade]);
    else group.push(upgrade);
  }
  return [...groups.values()].flatMap((group) => viewGroup(group, findings, report));
}

function viewGroup(
  group: readonly Upgrade[],
  findings: ReadonlyMap<string, Finding>,
  report: Report,
): readonly UpgradeView[] {
  const [upgrade] = group;
  if (upgrade === undefined) return [];
  const look = (ids: readonly string[]) =>
    ids.flatMap((id) => findings.get(id) ?? []).sort((a, b) => a.rank - b.rank);
  const removed = look(group.flatMap((one) => one.findings));
  const unfixed = look(group.flatMap((one) => one.unfixed));
  const all = removed.length > 0 ? removed : unfixed;
  const byVulnerability = new Map<string, Finding>();
  for (const finding of all) {
    const { id } = finding.vulnerability;
    if (!byVulnerability.has(id)) byVulnerability.set(id, finding);
  }
  return [
    {
      upgrade,
      from: [...new Set(group.flatMap((one) => one.from))],
      images: [...new Set(group.map((one) => one.image.reference || one.image.digest))],
      workloads: group.flatMap((one) => one.workloads),
      findings: removed,
      unfixed,
      vulnerabilities: [...byVulnerability.values()],
      proof: all.map((finding) => firstProof(finding, report)).find((one) => one !== undefined),
    },
  ];
}

/** The first proof of use; privileges are said elsewhere. */
function firstProof(finding: Finding, report: Report): Evidence | undefined {
  return proofsOf(finding.usage.evidence, report)[0];
}

/** Evidence by id; ids that the report does not hold are left out. */
export function proofsOf(ids: readonly string[], report: Report): readonly Evidence[] {
  return ids.flatMap((id) => {
    const found = Object.hasOwn(report.evidence, id) ? report.evidence[id] : undefined;
    return found === undefined ? [] : [found];
  });
}

/** `shop/api`, with the container where it has another name; what kind of thing it is where odd. */
export function nameWorkload({ namespace, kind, name, container }: Workload): string {
  if (kind === "Image") return `${name} (never seen running)`;
  const owner = namespace === "" ? name : `${namespace}/${name}`;
  return container === "" || container === name ? owner : `${owner}/${container}`;
}
