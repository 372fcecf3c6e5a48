/**
 * Holds what a report says in the words of VEX: one statement for each vulnerability of each
 * package of each image.
 * In: a report. Out: statements. In use is `affected`; all else is `under_investigation`, because
 * that nobody saw a use proves nothing; only what a person signed for every workload that runs the
 * image can be `not_affected`, `fixed` or a false positive.
 */
import { compareText } from "../../event/compare-text.ts";
import type { Finding, PackageRef, Usage } from "../../judge/verdict.ts";
import type { Waiver } from "../../judge/waive/waiver.ts";
import type { Report } from "../report.ts";
import {
  type Background,
  backgroundOf,
  describeAction,
  describeUses,
} from "./describe-statement.ts";
import { guardIds } from "./guard-ids.ts";
import { productId } from "./product-id.ts";
import type { VexStatement, VexStatus } from "./vex-statement.ts";

/** One finding's word on one package. */
interface VexEntry {
  readonly finding: Finding;
  readonly package: PackageRef;
  readonly usage: Usage;
  readonly product: string;
}

/** **Order**: by vulnerability, image, package. **Cost**: linear in findings, but for sorting. */
export function listStatements(report: Report): readonly VexStatement[] {
  const groups = new Map<string, VexEntry[]>();
  for (const finding of report.findings) {
    const product = productId(finding.image);
    for (const { package: one, usage } of finding.packages) {
      const key = JSON.stringify([finding.vulnerability.id, product, packageKey(one)]);
      const group = groups.get(key) ?? [];
      group.push({ finding, package: one, usage, product });
      groups.set(key, group);
    }
  }
  const background = backgroundOf(report);
  const statements = [...groups.values()].map((group) => makeStatement(group, background));
  return guardIds(statements).toSorted(compareStatements);
}

/** What VEX can tell apart: the purl; without one all that names the package. */
function packageKey({ purl, type, name, version }: PackageRef): readonly string[] {
  return purl === "" ? [type, name, version] : [purl];
}

function makeStatement(group: readonly VexEntry[], background: Background): VexStatement {
  const entries = group.toSorted(
    (a, b) => a.finding.rank - b.finding.rank || compareText(a.finding.id, b.finding.id),
  );
  const findings = [...new Set(entries.map(({ finding }) => finding))];
  const [first] = entries;
  if (first === undefined) throw new Error("a group holds at least one entry");
  const isUsed = entries.some(({ usage }) => usage.state === "in-use");
  const { status, waiver } = weigh(entries, isUsed);
  return {
    lead: first.finding,
    findings,
    aliases: first.finding.vulnerability.aliases,
    image: first.finding.image,
    product: first.product,
    package: first.package,
    isUsed,
    status,
    justification: status === "affected" ? null : (waiver?.justification ?? null),
    notes: describeUses(entries, background, waiver),
    action: describeAction(first.finding, background, waiver),
    waiver,
  };
}

/** A document speaks of the image: one workload that nobody signed for decides for all. */
function weigh(
  entries: readonly VexEntry[],
  isUsed: boolean,
): { status: VexStatus; waiver: Waiver | null } {
  const fromUse: VexStatus = isUsed ? "affected" : "under_investigation";
  const signed = entries.map(({ finding }) => finding.waiver);
  const [waiver = null] = signed;
  // What nobody signed is a status of its own here.
  const statuses = new Set(signed.map((one) => one?.status));
  if (waiver === null || statuses.size > 1) return { status: fromUse, waiver: null };
  return { status: waiver.status === "accepted" ? fromUse : waiver.status, waiver };
}

function compareStatements(a: VexStatement, b: VexStatement): number {
  return (
    compareText(a.lead.vulnerability.id, b.lead.vulnerability.id) ||
    compareText(a.product, b.product) ||
    compareText(a.package.purl, b.package.purl) ||
    compareText(a.package.name, b.package.name) ||
    compareText(a.package.version, b.package.version) ||
    compareText(a.package.type, b.package.type)
  );
}
