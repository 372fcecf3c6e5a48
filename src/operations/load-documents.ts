/**
 * Holds reading any document only to tell what is in it.
 * In: names with the kind that their content shows. Out: a summary of each; problems.
 * Must never throw for a document that cannot be read: that is what `inspect` is asked about.
 */
import type { ProblemLog } from "../core/event/problem.ts";
import type { InputSummary, Report } from "../core/report/report.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import type { InputKind } from "./detect-kind.ts";
import { loadContainers, loadMetrics, loadPolicies } from "./load-cluster.ts";
import { loadEnrichment } from "./load-enrichment.ts";
import { loadInventory } from "./load-inventory.ts";
import { loadKubernetes } from "./load-kubernetes.ts";
import { type DumpRequest, loadProcesses } from "./load-processes.ts";
import { loadReport } from "./load-report.ts";
import type { OperationContext } from "./operation.ts";

export interface KnownFile {
  readonly name: string;
  readonly kind: InputKind;
  /** -1 where it is not known. */
  readonly sizeBytes: number;
}

export async function loadDocuments(
  files: readonly KnownFile[],
  context: OperationContext,
  problems: ProblemLog,
): Promise<readonly InputSummary[]> {
  const inputs: InputSummary[] = [];
  for (const file of files) {
    try {
      inputs.push(...(await loadDocument(file, context, problems)));
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      problems.add({
        code: error.code,
        weight: "unreadable",
        message: error.message,
        place: { input: file.name, offset: -1, line: 0 },
      });
    }
  }
  return inputs;
}

function dumpOf(name: string): DumpRequest {
  return { names: [name], firstIndex: 0, emit: () => {} };
}

async function loadDocument(
  { name, kind, sizeBytes }: KnownFile,
  context: OperationContext,
  problems: ProblemLog,
): Promise<readonly InputSummary[]> {
  switch (kind) {
    case "inventory":
    case "other": {
      const names = { sbom: [name], vulns: [], isUnsorted: true };
      return (await loadInventory(names, context, problems)).inputs;
    }
    case "kubernetes":
      return (await loadKubernetes([name], context, problems)).inputs;
    case "containers":
      return (await loadContainers([name], context, problems)).inputs;
    case "metrics":
      return (await loadMetrics([name], context, problems)).inputs;
    case "policies":
      return (await loadPolicies([name], context, problems)).inputs;
    case "processes":
      return (await loadProcesses(dumpOf(name), context, problems)).inputs;
    case "kev":
    case "epss":
      return loadCatalogue({ name, kind }, context, problems);
    case "report":
      return [summarizeReport(await loadReport(name, context), { name, sizeBytes })];
    case "events":
      return [];
  }
}

/** How many matches it fills in is told where there are scans. */
async function loadCatalogue(
  { name, kind }: { readonly name: string; readonly kind: "kev" | "epss" },
  context: OperationContext,
  problems: ProblemLog,
): Promise<readonly InputSummary[]> {
  const names = { kev: [], epss: [], [kind]: [name] };
  const { inputs } = await loadEnrichment(names, [], { context, problems });
  return inputs.map(({ details: { filled: _, ...details }, ...input }) => ({ ...input, details }));
}

function summarizeReport(
  report: Report,
  { name, sizeBytes }: Pick<KnownFile, "name" | "sizeBytes">,
): InputSummary {
  const { schemaVersion, generatedAt, window, findings, actions, workloads } = report;
  return {
    ...{ name, role: "report", format: "json", sizeBytes, count: findings.length },
    details: {
      schema: schemaVersion,
      ...(generatedAt === null ? {} : { made: generatedAt }),
      ...(window.from === null ? {} : { from: window.from, to: window.to ?? "" }),
      actions: actions.length,
      workloads: workloads.length,
    },
  };
}
