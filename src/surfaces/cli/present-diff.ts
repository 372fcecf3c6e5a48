/**
 * Holds how the command line shows what changed between two reports.
 * In: the output of the operation `diff`. Out: text, Markdown or JSON; notices; exit status.
 */
import { renderDiffMarkdown, renderDiffText } from "../../core/report/diff/render-diff.ts";
import { renderJson } from "../../core/report/render-json.ts";
import type { DiffOutput } from "../../operations/diff.ts";
import { exitStatus } from "./exit-status.ts";
import { tellFailOn } from "./present-report.ts";
import type { Presentation, Shown, View } from "./presentation.ts";

export const diffPresentation: Presentation<DiffOutput> = {
  positionals: [
    { key: "before", metavar: "before", required: true },
    { key: "after", metavar: "after", required: true },
  ],
  metavars: { failOn: "change" },
  examples: [
    {
      line: "waggle diff monday.json tuesday.json",
      says: "What is new, gone and changed, and why",
    },
    {
      line: "waggle diff main.json branch.json --fail-on new-act-now --format md",
      says: "Stop a pipeline (exit status 10) for what must be acted on and was not there before",
    },
  ],
  formats: ["text", "md", "json"],
  hasTop: true,
  hasConfig: false,
  hasTime: false,
  show: ({ diff, failOn }, view) => ({
    document: renderDiff(diff, view),
    notices: failOn.map(tellFailOn),
    exitStatus: failOn.length > 0 ? exitStatus.failOn : exitStatus.done,
  }),
};

function renderDiff(diff: DiffOutput["diff"], view: View): Shown["document"] {
  if (view.format === "json") return renderJson(diff);
  return view.format === "md" ? renderDiffMarkdown(diff, view) : renderDiffText(diff, view);
}
