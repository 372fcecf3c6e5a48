/**
 * Holds how the command line shows the plan.
 * In: the output of the operation `plan`. Out: text, Markdown or JSON.
 */
import { renderJson } from "../../core/report/render-json.ts";
import { renderPlan, renderPlanMarkdown } from "../../core/report/render-plan.ts";
import type { PlanOutput } from "../../operations/plan.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, Shown, View } from "./presentation.ts";
import { sourceMetavars } from "./source-metavars.ts";

export const planPresentation: Presentation<PlanOutput> = {
  positionals: [],
  metavars: { ...sourceMetavars, decision: "urgency" },
  examples: [
    { line: "waggle plan --report report.json", says: "Everything, the most urgent first" },
    {
      line: "waggle plan --report report.json --decision soon --format md",
      says: "What is due within two weeks, for a ticket",
    },
  ],
  formats: ["text", "md", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: renderOutput(output, view),
    notices: [],
    exitStatus: exitStatus.done,
  }),
};

function renderOutput({ report, actions }: PlanOutput, view: View): Shown["document"] {
  const { width, color, top } = view;
  const shown = { ...report, actions };
  if (view.format === "json") return renderJson({ window: report.window, actions });
  if (view.format === "md") return renderPlanMarkdown(shown, { top });
  return renderPlan(shown, { width, color, top });
}
