/**
 * Holds the formats of a report.
 * In: a report, how it is to look. Out: a document, and what its format cannot hold.
 * A new format is one line here and in `format` of the configuration.
 */

import { renderHtml } from "../../core/report/html/render-html.ts";
import { renderCsv } from "../../core/report/render-csv.ts";
import type { GroupBy } from "../../core/report/render-groups.ts";
import { renderJson } from "../../core/report/render-json.ts";
import { renderMarkdown } from "../../core/report/render-markdown.ts";
import { renderText } from "../../core/report/render-text.ts";
import type { Report } from "../../core/report/report.ts";
import { renderSarif } from "../../core/report/sarif/render-sarif.ts";
import { renderCycloneDx } from "../../core/report/vex/render-cyclonedx-vex.ts";
import { renderOpenVex } from "../../core/report/vex/render-openvex.ts";
import { compressPage } from "./compress-page.ts";
import type { Format, Shown, View } from "./presentation.ts";

interface Rendered {
  readonly document: Shown["document"];
  /** What the format cannot hold, in sentences. */
  readonly notices: readonly string[];
}

/** How it is to look, and by what the list of actions is grouped where a format has one. */
export interface ReportView extends View {
  readonly groupBy: GroupBy;
}

type Render = (report: Report, view: ReportView) => Shown["document"] | Rendered;

const renderings: Readonly<Record<Exclude<Format, "ocsf">, Render>> = {
  text: renderText,
  md: renderMarkdown,
  json: (report) => renderJson(report),
  html: (report) => renderHtml(report, { compress: compressPage }),
  sarif: (report) => inJson(renderSarif(report), sarifLevels),
  openvex: (report) => inJson(renderOpenVex(report)),
  cyclonedx: (report) => renderJson(renderCycloneDx(report)),
  csv: (report) => renderCsv(report),
};

/** **Order**: as help shows them. */
export const reportFormats = Object.keys(renderings) as readonly Format[];

/** Results lie below the log, its runs and one run. */
const sarifLevels = 4;

function inJson(
  made: { document: unknown; notices: readonly string[] },
  openLevels?: number,
): Rendered {
  return { document: renderJson(made.document, openLevels), notices: made.notices };
}

export function renderReport(report: Report, view: ReportView): Rendered {
  const { format } = view;
  if (format === "ocsf") throw new Error("a report is not offered in this format");
  const made = renderings[format](report, view);
  return typeof made === "object" && "notices" in made ? made : { document: made, notices: [] };
}
