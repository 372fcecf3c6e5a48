/**
 * Holds reading any document only to tell what is in it.
 * In: names with the kind that their content shows. Out: a summary of each; problems.
 * Must never throw for a document that cannot be read: that is what `inspect` is asked about.
 */
import type { ProblemLog } from "../core/event/problem.ts";
import type { InputSummary } from "../core/report/report.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import type { InputKind } from "./detect-kind.ts";
import { loadContainers, loadMetrics, loadPolicies } from "./load-cluster.ts";
import { loadInventory } from "./load-inventory.ts";
import { loadKubernetes } from "./load-kubernetes.ts";
import { type DumpRequest, loadProcesses } from "./load-processes.ts";
import type { OperationContext } from "./operation.ts";

export interface KnownFile {
  readonly name: string;
  readonly kind: InputKind;
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
  { name, kind }: KnownFile,
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
    case "events":
      return [];
  }
}
