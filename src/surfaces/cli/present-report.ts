/**
 * Holds how the command line shows reports and explanations.
 * In: outputs of the operations `report` and `explain`. Out: documents, notices, exit status.
 * Must never decide what is in them.
 */
import type { Explanation } from "../../core/report/explain-finding.ts";
import { renderHtml } from "../../core/report/html/render-html.ts";
import { renderExplanation } from "../../core/report/render-explanation.ts";
import { renderJson } from "../../core/report/render-json.ts";
import { renderMarkdown } from "../../core/report/render-markdown.ts";
import { renderText } from "../../core/report/render-text.ts";
import { terminal } from "../../core/report/safe-text.ts";
import type { ReportOutput } from "../../operations/report.ts";
import { compressPage } from "./compress-page.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, Shown, View } from "./presentation.ts";

const sourceMetavars = {
  events: "file",
  sbom: "[name=]file",
  vulns: "file",
  k8s: "file",
  containers: "file",
  policies: "file",
  tetragonMetrics: "file",
  processes: "file",
  since: "time",
  until: "time",
} as const;

export const reportPresentation: Presentation<ReportOutput> = {
  positionals: [],
  metavars: { ...sourceMetavars, failOn: "condition" },
  examples: [
    {
      line: "waggle report --events tetragon.log --sbom sboms/ --vulns scans/",
      says: "What matters now, on the terminal",
    },
    {
      line: "waggle report --events e.jsonl.xz --sbom web=nginx.json --vulns nginx.grype.json",
      says: "Say by hand which container an SBOM belongs to",
    },
    {
      line: "waggle report --events logs/ --sbom s/ --since 24h --format json -o report.json",
      says: "The last day of a directory of rotated exports, as JSON",
    },
    {
      line: "waggle report --events logs/ --sbom s/ --format html -o report.html",
      says: "One page for people: opens in any browser, loads nothing",
    },
    {
      line: "waggle report --events logs/ --sbom s/ --fail-on kev in-use:fixable:critical",
      says: "Stop a pipeline (exit status 10) when it must",
    },
  ],
  formats: ["text", "md", "json", "html"],
  hasTop: true,
  hasConfig: true,
  hasTime: true,
  show: ({ report, failOn }, view) => ({
    document: renderReport(report, view),
    notices: failOn.map(
      ({ condition, findingCount, findings }) =>
        terminal`waggle: --fail-on ${condition} is met by ${findingCount} ${
          findingCount === 1 ? "finding" : "findings"
        }, first ${findings[0] ?? ""}.`,
    ),
    exitStatus: failOn.length > 0 ? exitStatus.failOn : exitStatus.done,
  }),
};

function renderReport(report: ReportOutput["report"], view: View): Shown["document"] {
  const { width, color, top } = view;
  if (view.format === "json") return renderJson(report);
  if (view.format === "html") return renderHtml(report, { compress: compressPage });
  if (view.format === "md") return renderMarkdown(report, { top });
  return renderText(report, { width, color, top });
}

export const explainPresentation: Presentation<Explanation> = {
  positionals: [{ key: "query", metavar: "query", required: true }],
  metavars: { ...sourceMetavars, report: "file" },
  examples: [
    {
      line: "waggle explain CVE-2021-44228 --events tetragon.log --sbom sboms/ --vulns scans/",
      says: "Why a vulnerability has its rank, with every proof",
    },
    {
      line: "waggle explain openssl --report report.json",
      says: "What is known of a package, from a report made before",
    },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (explanation, view): Shown => ({
    document:
      view.format === "json" ? renderJson(explanation) : renderExplanation(explanation, view),
    notices: [],
    exitStatus: exitStatus.done,
  }),
};
