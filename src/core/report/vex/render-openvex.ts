/**
 * Holds the report as an OpenVEX 0.2.0 document that scanners take, such as Grype with `--vex`.
 * In: a report. Out: plain data for `renderJson`, and what could not be stated.
 * Must never claim more than `list-statements.ts` does, and must never name an image without a
 * package: consumers take that for all of its packages.
 * **Source**: OpenVEX specification 0.2.0; go-vex, `Statement.Validate`.
 */
import type { Report } from "../report.ts";
import { makeVisible } from "../safe-text.ts";
import { listStatements } from "./list-statements.ts";
import { contentUuid } from "./product-id.ts";
import type { VexStatement } from "./vex-statement.ts";

export interface OpenVexStatement {
  readonly vulnerability: { readonly name: string; readonly aliases?: readonly string[] };
  readonly products: readonly {
    readonly "@id": string;
    readonly identifiers?: { readonly purl: string };
    readonly subcomponents: readonly {
      readonly "@id": string;
      readonly identifiers: { readonly purl: string };
    }[];
  }[];
  readonly status: "affected" | "under_investigation" | "not_affected" | "fixed";
  readonly status_notes: string;
  readonly justification?: string;
  readonly impact_statement?: string;
  readonly action_statement?: string;
}

export interface OpenVexDocument {
  readonly "@context": string;
  readonly "@id": string;
  readonly author: string;
  readonly role: string;
  readonly timestamp: string;
  readonly version: number;
  readonly tooling: string;
  readonly statements: readonly OpenVexStatement[];
}

export interface OpenVex {
  readonly document: OpenVexDocument;
  /** Sentences: what is not in the document, and what stands in for what is not known. */
  readonly notices: readonly string[];
}

/** The format asks for a time; where nothing is known it is one that nobody takes for real. */
const noTime = "1970-01-01T00:00:00Z";

/** **Order**: by vulnerability, image, package. Equal reports give equal documents. */
export function renderOpenVex(report: Report): OpenVex {
  const all = listStatements(report);
  const named = all.filter((one) => one.product !== "" && one.package.purl !== "");
  const statements = named.map(stateOne);
  const timestamp = report.generatedAt ?? report.window.to ?? noTime;
  return {
    document: {
      "@context": "https://openvex.dev/ns/v0.2.0",
      "@id": contentUuid(JSON.stringify([timestamp, statements])),
      author: "waggle",
      role: "Runtime evidence; what people signed is named where it is stated",
      timestamp,
      version: 1,
      tooling: "waggle",
      statements,
    },
    notices: tellLimits(all, timestamp, report),
  };
}

function stateOne(statement: VexStatement): OpenVexStatement {
  const { lead, aliases, product, status, notes } = statement;
  const { purl } = statement.package;
  const identifiers = product.startsWith("pkg:") ? { identifiers: { purl: product } } : {};
  return {
    vulnerability: { name: lead.vulnerability.id, ...(aliases.length > 0 ? { aliases } : {}) },
    products: [
      {
        "@id": product,
        ...identifiers,
        subcomponents: [{ "@id": purl, identifiers: { purl } }],
      },
    ],
    status: status === "false_positive" ? "not_affected" : status,
    status_notes: notes,
    ...explain(statement),
  };
}

/** Fields that go with the status, and with no other. */
function explain({ status, justification, action, waiver }: VexStatement) {
  if (status === "affected") return { action_statement: action };
  if (status !== "not_affected" && status !== "false_positive") return {};
  return {
    ...(justification === null ? {} : { justification }),
    impact_statement: makeVisible(waiver?.reason ?? ""),
  };
}

function tellLimits(
  all: readonly VexStatement[],
  timestamp: string,
  report: Report,
): readonly string[] {
  const withoutProduct = all.filter((one) => one.product === "").length;
  const withoutPurl = all.filter((one) => one.product !== "" && one.package.purl === "").length;
  const byTag = all.filter((one) => one.product !== "" && !/[0-9a-f]{64}$/.test(one.product));
  return [
    ...(withoutProduct > 0
      ? [`${withoutProduct} statements are left out: nothing names their image.`]
      : []),
    ...(withoutPurl > 0
      ? [`${withoutPurl} statements are left out: their package has no package URL.`]
      : []),
    ...(byTag.length > 0
      ? [`${byTag.length} statements name their image by tag: its digest is not known.`]
      : []),
    ...(report.generatedAt === null
      ? [`The document's time is ${tellTime(timestamp)}; --now says another.`]
      : []),
  ];
}

function tellTime(timestamp: string): string {
  return timestamp === noTime ? "unknown and stands as 1970" : "the end of what was seen";
}
