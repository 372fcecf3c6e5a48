/**
 * Holds loading of the objects of a cluster: who its containers are, and what is kept of the rest.
 * In: names of files, read together as one cluster. Out: identities, objects, what is in each file.
 * Must never say that nothing is there only because it is in another of the files.
 */
import type { ProblemLog } from "../core/event/problem.ts";
import { ClusterCollector } from "../core/inventory/cluster/cluster-collector.ts";
import { type ClusterObjects, objectLimits } from "../core/inventory/cluster/cluster-objects.ts";
import type { ContainerIdentity } from "../core/inventory/image.ts";
import { readKubernetes } from "../core/inventory/read-kubernetes.ts";
import type { ClusterView } from "../core/judge/cluster/cluster-view.ts";
import { createClusterView } from "../core/judge/cluster/create-cluster-view.ts";
import type { InputSummary } from "../core/report/report.ts";
import { type Loaded, summary } from "./input-summary.ts";
import type { OperationContext } from "./operation.ts";
import { listFiles, noteTruncation } from "./read-text.ts";

/** **Unit**: kinds of objects that are named. */
const namedCountMax = 40;

export interface LoadedObjects extends Loaded<ContainerIdentity> {
  /** Of all files together. */
  readonly view: ClusterView;
}

/** Streams: the objects of a large cluster are hundreds of MB. **Errors**: throws for
 * files that cannot be read; what is in them is a problem. */
export async function loadKubernetes(
  names: readonly string[],
  context: OperationContext,
  problems: ProblemLog,
): Promise<LoadedObjects> {
  const values: ContainerIdentity[] = [];
  const inputs: InputSummary[] = [];
  const collector = new ClusterCollector();
  for (const { name, sizeBytes } of await listFiles(context.files, names)) {
    const file = await context.files.open(name);
    const found = await readKubernetes(file.chunks, name, problems, collector);
    noteTruncation(file, problems);
    values.push(...found);
    const { compression } = file;
    const count = found.length;
    const input = summary({
      ...{ name, sizeBytes, compression, count },
      role: "kubernetes",
      format: "json",
    });
    inputs.push({ ...input, details: { ...input.details, ...describeKinds(collector) } });
  }
  const objects = collector.finish();
  noteObjects(collector, objects, names, problems);
  if (values.length === 0 && collector.usedCount > 0) {
    problems.add({
      code: "kubernetes-no-containers",
      weight: "doubtful",
      message:
        "No file has a pod with a running container; " +
        "include pods: `kubectl get pods,rs,jobs -A -o json`.",
      place: { input: names[0] ?? "", offset: -1, line: 0 },
    });
  }
  return { values, inputs, view: createClusterView(objects) };
}

/** `pods 10, services 9, networkpolicies 2`, of one file. */
function describeKinds(collector: ClusterCollector): Record<string, string> {
  const counts = collector.takeCounts();
  const shown = counts.slice(0, namedCountMax).map(([kind, count]) => `${pluralOf(kind)} ${count}`);
  if (counts.length > shown.length) shown.push(`${counts.length - shown.length} kinds more`);
  return shown.length === 0 ? {} : { objects: shown.join(", ") };
}

/** As the API server calls a list of them. */
function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (/(?:endpoints|^other)$/.test(name)) return name;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(?:s|x|ch)$/.test(name) ? `${name}es` : `${name}s`;
}

function noteObjects(
  collector: ClusterCollector,
  { opaquePolicies }: ClusterObjects,
  names: readonly string[],
  problems: ProblemLog,
): void {
  const place = { input: names[0] ?? "", offset: -1, line: 0 };
  if (opaquePolicies.length > 0) {
    const kinds = [...new Set(opaquePolicies.map(({ kind }) => kind))].sort().join(", ");
    problems.add({
      code: "policy-not-understood",
      weight: "doubtful",
      message:
        `Some policies (${kinds}) are of another project or could not be read whole: ` +
        "what they let through is taken as unknown.",
      place,
      count: opaquePolicies.length,
    });
  }
  if (collector.leftOutCount > 0) {
    problems.add({
      code: "list-too-long",
      weight: "lost",
      message: `More than ${objectLimits.objects} objects of one kind; the rest is left out.`,
      place,
      count: collector.leftOutCount,
    });
  }
}
