/**
 * Holds the operation `flows`: who talked to whom.
 * In: the sources of a report, or a report made before, and the name of a workload.
 * Out: the edges that concern it, with the window they were seen in.
 */
import * as z from "zod";
import type { FlowEdge } from "../core/judge/flows/flow-edge.ts";
import { workloadKey } from "../core/judge/workload-key.ts";
import type { Report } from "../core/report/report.ts";
import { obtainPlainReport, reportFields, requireContext } from "./obtain-report.ts";
import type { Operation } from "./operation.ts";
import { requireWorkloads } from "./require-workloads.ts";

const input = z.strictObject({
  workload: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe("Only flows of this workload: namespace/name, name or container; all when left out"),
  graph: z
    .enum(["dot", "mermaid", "svg"])
    .optional()
    .describe("Draw them instead: Graphviz, Mermaid, or a picture"),
  ...reportFields,
});

export interface FlowsOutput {
  /** Its flows are those that were asked for. */
  readonly report: Report;
  readonly graph: "dot" | "mermaid" | "svg" | null;
}

export const flows: Operation<z.infer<typeof input>, FlowsOutput> = {
  name: "flows",
  summary: "tell who talked to whom, by which port, and how much",
  description:
    "Shows the connections that the kernel saw, any number between two ends as one line: who " +
    "opened them, both ends named, bytes each way, first and last. Takes the same inputs as " +
    "report, or a report saved as JSON.",
  effect: "read",
  input,
  run: async ({ workload, graph, ...sources }, context) => {
    const report = await obtainPlainReport(sources, context);
    requireContext(report);
    const kept = workload === undefined ? report.flows : flowsOf(report, workload);
    return { report: { ...report, flows: kept }, graph: graph ?? null };
  },
};

function flowsOf(report: Report, name: string): readonly FlowEdge[] {
  const keys = new Set(requireWorkloads(report, name).map(workloadKey));
  return report.flows.filter(({ from, to }) =>
    [from, to].some(({ workload }) => workload !== null && keys.has(workloadKey(workload))),
  );
}
