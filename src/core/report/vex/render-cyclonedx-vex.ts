/**
 * Holds the report as a CycloneDX 1.6 document with vulnerabilities and their analysis.
 * In: a report. Out: plain data for `renderJson`.
 * Must never call a vulnerability exploitable because its package is used: that is for a person.
 * **Source**: CycloneDX 1.6, bom-1.6.schema.json, `vulnerability` and `analysis`.
 */
import type { Severity } from "../../inventory/image.ts";
import type { Justification } from "../../judge/waive/waiver.ts";
import { describeDeadline } from "../describe-decision.ts";
import type { Report } from "../report.ts";
import { makeVisible } from "../safe-text.ts";
import { adviceUrl, sourceName } from "../vulnerability-source.ts";
import { listStatements } from "./list-statements.ts";
import { contentUuid, shortRef } from "./product-id.ts";
import type { VexStatement, VexStatus } from "./vex-statement.ts";

const severityNames: Readonly<Record<Severity, string>> = {
  Critical: "critical",
  High: "high",
  Medium: "medium",
  Low: "low",
  Negligible: "info",
  Unknown: "unknown",
};

const states: Readonly<Record<VexStatus, string>> = {
  affected: "in_triage",
  under_investigation: "in_triage",
  not_affected: "not_affected",
  fixed: "resolved",
  false_positive: "false_positive",
};

/** What has no equal in CycloneDX stays in the detail alone. */
const justifications: Partial<Readonly<Record<Justification, string>>> = {
  component_not_present: "code_not_present",
  vulnerable_code_not_present: "code_not_present",
  vulnerable_code_not_in_execute_path: "code_not_reachable",
  inline_mitigations_already_exist: "protected_by_mitigating_control",
};

/** **Order**: images, then statements, as `listStatements` gives them. */
export function renderCycloneDx(report: Report): Record<string, unknown> {
  const places = listStatements(report).map(place);
  const components = listImages(places);
  const vulnerabilities = places.map(describe);
  const timestamp = report.generatedAt ?? report.window.to;
  const content = JSON.stringify([timestamp, components, vulnerabilities]);
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: contentUuid(content),
    version: 1,
    metadata: {
      ...(timestamp === null ? {} : { timestamp }),
      tools: { components: [{ type: "application", name: "waggle" }] },
    },
    components,
    vulnerabilities,
  };
}

/** A statement with the references of what it is about; a reference is a hash, made once. */
interface Placed {
  readonly statement: VexStatement;
  readonly image: string;
  readonly component: string;
}

/** The same package in two images is two components: each is used, or not, by itself. */
function place(statement: VexStatement): Placed {
  const { product, image, package: one } = statement;
  const named = product === "" ? [image.reference, image.digest] : [product];
  const ref = shortRef("image", named);
  const names = one.purl === "" ? [one.type, one.name, one.version] : [one.purl];
  return { statement, image: ref, component: shortRef("package", [ref, ...names]) };
}

/** Only packages with a finding: this is no SBOM. */
function listImages(places: readonly Placed[]): readonly Record<string, unknown>[] {
  const images = Map.groupBy(places, ({ image }) => image);
  return [...images].map(([ref, group]) => {
    const packages = new Map(group.map((one) => [one.component, one.statement]));
    const first = group[0]?.statement;
    const { reference = "", digest = "" } = first?.image ?? {};
    const product = first?.product ?? "";
    return {
      type: "container",
      "bom-ref": ref,
      name: reference === "" ? digest || "unknown image" : reference,
      ...(digest === "" ? {} : { version: digest }),
      ...(product.startsWith("pkg:") ? { purl: product } : {}),
      components: [...packages].map(([id, one]) => describePackage(id, one)),
    };
  });
}

function describePackage(ref: string, { package: one }: VexStatement): Record<string, unknown> {
  const { name, version, purl, type } = one;
  return {
    type: "library",
    "bom-ref": ref,
    name,
    version,
    ...(purl === "" ? {} : { purl }),
    properties: [{ name: "syft:package:type", value: type }],
  };
}

function describe({ statement, component: ref }: Placed): Record<string, unknown> {
  const { lead, aliases, action, package: one } = statement;
  const { id, severity, cvssScore, description } = lead.vulnerability;
  const url = adviceUrl(id);
  const score = cvssScore === null ? {} : { score: cvssScore, method: "other" };
  return {
    "bom-ref": shortRef("vulnerability", [id, ref]),
    id,
    source: { name: sourceName(id), ...(url === "" ? {} : { url }) },
    references: aliases.map((alias) => ({ id: alias, source: { name: sourceName(alias) } })),
    ratings: [{ ...score, severity: severityNames[severity] }],
    description: makeVisible(description),
    recommendation: action,
    analysis: analyse(statement),
    affects: [{ ref, ...(one.version === "" ? {} : { versions: [{ version: one.version }] }) }],
    properties: describeContext(statement),
  };
}

function analyse({ status, justification, waiver, notes }: VexStatement) {
  const reason = justification === null ? undefined : justifications[justification];
  const isCarried = waiver?.status === "accepted";
  return {
    state: states[status],
    ...(reason === undefined || status !== "not_affected" ? {} : { justification: reason }),
    ...(isCarried ? { response: ["will_not_fix"] } : {}),
    detail: notes,
  };
}

function describeContext({ lead, findings }: VexStatement) {
  const { rank, usage, exposure, vulnerability } = lead;
  const properties = [
    ["waggle:rank", String(rank)],
    ["waggle:decision", describeDeadline(lead.decision)],
    ["waggle:usage", usage.state],
    ["waggle:coverage", usage.coverage],
    ["waggle:exposed", exposure.exposed],
    ["waggle:kev", vulnerability.kev?.dateAdded ?? "no"],
    [
      "waggle:findings",
      findings
        .map(({ id }) => id)
        .slice(0, 50)
        .join(" "),
    ],
  ];
  return properties.map(([name, value]) => ({ name, value }));
}
