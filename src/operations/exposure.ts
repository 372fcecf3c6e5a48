/**
 * Holds the operation `exposure`: who reaches a workload, what it is, and what it reaches.
 * In: the name of a workload, and the sources of a report or a report made before.
 * Out: its context, the flows and findings behind it, and where objects contradict what was seen.
 */
import * as z from "zod";
import type { Contradiction, WorkloadContext } from "../core/judge/context/workload-context.ts";
import type { FlowEdge } from "../core/judge/flows/flow-edge.ts";
import type { Evidence, Finding } from "../core/judge/verdict.ts";
import { workloadKey } from "../core/judge/workload-key.ts";
import { findProofs } from "../core/report/find-proofs.ts";
import type { Report } from "../core/report/report.ts";
import { obtainPlainReport, reportFields, requireContext } from "./obtain-report.ts";
import type { Operation } from "./operation.ts";
import { requireWorkloads } from "./require-workloads.ts";

const input = z.strictObject({
  workload: z
    .string()
    .min(1)
    .max(1000)
    .describe("Workload: namespace/name, name, container, or kind/name"),
  ...reportFields,
});

export interface ExposedWorkload {
  readonly context: WorkloadContext;
  readonly flows: readonly FlowEdge[];
  readonly contradictions: readonly Contradiction[];
  /** **Order**: by rank. */
  readonly findings: readonly Finding[];
  /** Of exposure, roles and reach, by first naming. */
  readonly proofs: readonly Evidence[];
}

export interface ExposureOutput {
  readonly window: Report["window"];
  readonly workloads: readonly ExposedWorkload[];
}

export const exposure: Operation<z.infer<typeof input>, ExposureOutput> = {
  name: "exposure",
  summary: "tell who can reach a workload, what it is, and what it could reach",
  description:
    "Shows for one workload from where connections arrive and from where objects let them " +
    "arrive, each with its way and its proof; what the workload is; and what whoever controls " +
    "it could talk to and use. Takes the same inputs as report, or a report saved as JSON.",
  effect: "read",
  input,
  run: async ({ workload, ...sources }, context) => {
    const report = await obtainPlainReport(sources, context);
    requireContext(report);
    const keys = requireWorkloads(report, workload).map(workloadKey);
    const meant = report.workloads.filter((one) => keys.includes(workloadKey(one.workload)));
    return { window: report.window, workloads: meant.map((one) => gather(report, one)) };
  },
};

function gather(report: Report, context: WorkloadContext): ExposedWorkload {
  const key = workloadKey(context.workload);
  const isMeant = (one: { readonly workload: WorkloadContext["workload"] | null }) =>
    one.workload !== null && workloadKey(one.workload) === key;
  return {
    context,
    flows: report.flows.filter(({ from, to }) => isMeant(from) || isMeant(to)),
    contradictions: report.contradictions.filter(isMeant),
    findings: report.findings.filter(isMeant),
    proofs: findProofs([...new Set(evidenceOf(context))], report),
  };
}

function evidenceOf({ exposure: reached, roles, reach }: WorkloadContext): readonly string[] {
  return [
    ...reached.evidence,
    ...reached.ports.flatMap(({ evidence }) => evidence),
    ...roles.flatMap(({ evidence }) => evidence),
    ...reach.workloads.flatMap(({ evidence }) => evidence),
  ];
}
