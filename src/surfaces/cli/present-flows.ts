/**
 * Holds how the command line shows flows: a table, a graph, or JSON.
 * In: the output of the operation `flows`. Out: text or a document.
 */

import { renderDot, renderMermaid } from "../../core/report/render-flow-graph.ts";
import { renderSvg } from "../../core/report/render-flow-svg.ts";
import { renderFlows } from "../../core/report/render-flows.ts";
import { renderJson } from "../../core/report/render-json.ts";
import type { FlowsOutput } from "../../operations/flows.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, Shown, View } from "./presentation.ts";
import { sourceMetavars } from "./source-metavars.ts";

export const flowsPresentation: Presentation<FlowsOutput> = {
  positionals: [{ key: "workload", metavar: "workload", required: false }],
  metavars: { ...sourceMetavars, graph: "language" },
  examples: [
    { line: "waggle flows --events tetragon.log", says: "Who talked to whom" },
    {
      line: "waggle flows shop/api --report report.json",
      says: "Flows of one workload, from a report made before",
    },
    {
      line: "waggle flows --report report.json --graph svg -o flows.svg",
      says: "A picture; dot and mermaid are for other programs",
    },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: renderOutput(output, view),
    notices: [],
    exitStatus: exitStatus.done,
  }),
};

function renderOutput({ report, graph }: FlowsOutput, view: View): Shown["document"] {
  const { window, flows } = report;
  if (graph === "dot") return renderDot(flows);
  if (graph === "svg") return renderSvg(report);
  if (graph === "mermaid") return renderMermaid(flows);
  return view.format === "json" ? renderJson({ window, flows }) : renderFlows(flows, view);
}
