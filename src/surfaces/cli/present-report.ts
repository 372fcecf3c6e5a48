/**
 * Holds how the command line shows reports and explanations.
 * In: outputs of the operations `report` and `explain`. Out: documents, notices, exit status.
 * Must never decide what is in them.
 */
import type { Explanation } from "../../core/report/explain-finding.ts";
import { renderExplanation } from "../../core/report/render-explanation.ts";
import { renderJson } from "../../core/report/render-json.ts";
import { type TerminalText, terminal } from "../../core/report/safe-text.ts";
import type { FailOnResult } from "../../operations/fail-on.ts";
import type { ReportOutput } from "../../operations/report.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, Shown } from "./presentation.ts";
import { renderReport, reportFormats } from "./report-formats.ts";
import { sourceMetavars } from "./source-metavars.ts";

export const reportPresentation: Presentation<ReportOutput> = {
  positionals: [],
  metavars: { ...sourceMetavars, failOn: "condition", groupBy: "what" },
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
    {
      line: "waggle report --events logs/ --sbom s/ --vulns v/ --format openvex -o waggle.vex.json",
      says: "For grype --vex; also sarif, cyclonedx and csv",
    },
  ],
  formats: reportFormats,
  hasTop: true,
  hasConfig: true,
  hasTime: true,
  show: ({ report, failOn, groupBy }, view) => {
    const { document, notices } = renderReport(report, { ...view, groupBy });
    const met = failOn.map(tellFailOn);
    return {
      document,
      notices: [...notices.map((notice) => terminal`waggle: ${notice}`), ...met],
      exitStatus: failOn.length > 0 ? exitStatus.failOn : exitStatus.done,
    };
  },
};

/** Said on standard error when a pipeline is stopped. */
export function tellFailOn({ condition, findingCount, findings }: FailOnResult): TerminalText {
  const many = `${findingCount} ${findingCount === 1 ? "finding" : "findings"}`;
  const first = findings[0] ?? "";
  return terminal`waggle: --fail-on ${condition} is met by ${many}, first ${first}.`;
}

export const explainPresentation: Presentation<Explanation> = {
  positionals: [
    { key: "query", metavar: "query", required: true },
    { key: "place", metavar: "place", required: false },
  ],
  metavars: sourceMetavars,
  examples: [
    {
      line: "waggle explain CVE-2021-44228 --events tetragon.log --sbom sboms/ --vulns scans/",
      says: "Why a vulnerability has its rank, with every proof",
    },
    {
      line: "waggle explain CVE-2022-0778 shop/web --report report.json",
      says: "Of one workload (or image), as the report names it",
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
