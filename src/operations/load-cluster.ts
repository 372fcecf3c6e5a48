/**
 * Holds loading of what says who a container is and what was watched: container lists, tracing
 * policies, metrics, and with them the objects of a cluster.
 * In: names of files. Out: decoded values with a summary of each input.
 * Must never take what is in a file for more than it says: a file of another kind is a problem.
 */
import type { ProblemLog } from "../core/event/problem.ts";
import type { ContainerIdentity } from "../core/inventory/image.ts";
import { readContainers } from "../core/inventory/read-containers.ts";
import type { ClusterView } from "../core/judge/cluster/cluster-view.ts";
import { type MetricsSnapshot, readTetragonMetrics } from "../core/observe/tetragon-metrics.ts";
import { type PolicyScope, readTracingPolicy } from "../core/observe/tracing-policy.ts";
import type { InputSummary } from "../core/report/report.ts";
import { type Loaded, summary } from "./input-summary.ts";
import { loadKubernetes } from "./load-kubernetes.ts";
import type { OperationContext } from "./operation.ts";
import { listFiles, readText } from "./read-text.ts";
import { readYaml } from "./read-yaml.ts";

/** **Unit**: bytes, decompressed. */
const textSizeBytesMax = 64 * 1024 * 1024;

/**
 * **Order**: as listed. **Errors**: throws for files that cannot be read; what is in them is a
 * problem.
 */
export async function loadContainers(
  names: readonly string[],
  context: OperationContext,
  problems: ProblemLog,
): Promise<Loaded<ContainerIdentity>> {
  const values: ContainerIdentity[] = [];
  const inputs: InputSummary[] = [];
  for (const { name } of await listFiles(context.files, names)) {
    const document = await readText(context.files, name, limits(problems));
    const found = readContainers(document.text, name, problems);
    values.push(...found);
    inputs.push(summary({ ...document, role: "containers", format: "list", count: found.length }));
  }
  return { values, inputs };
}

/** **Shape**: a scope for each selector of each hook. **Errors**: as `loadContainers`. */
export async function loadPolicies(
  names: readonly string[],
  context: OperationContext,
  problems: ProblemLog,
): Promise<Loaded<PolicyScope>> {
  const values: PolicyScope[] = [];
  const inputs: InputSummary[] = [];
  for (const { name } of await listFiles(context.files, names)) {
    const document = await readText(context.files, name, limits(problems));
    const found = parsePolicies(document.text, name, problems).flatMap((policy) =>
      readTracingPolicy(policy, name, problems),
    );
    values.push(...found);
    const input = summary({ ...document, role: "policies", format: "yaml", count: found.length });
    inputs.push({ ...input, details: { ...input.details, ...describeScopes(found) } });
  }
  return { values, inputs };
}

/** **Unit**: entries of one detail. */
const namedCountMax = 40;

/** What the policies of one file are called, which sensors they feed, and where those look. */
function describeScopes(scopes: readonly PolicyScope[]): Record<string, string> {
  const list = (names: readonly string[]): string => {
    const shown = [...new Set(names)].filter((name) => name !== "");
    const more = shown.length > namedCountMax ? ` and ${shown.length - namedCountMax} more` : "";
    return shown.slice(0, namedCountMax).join(" ") + more;
  };
  const details: Record<string, string> = {
    named: list(scopes.map(({ policy }) => policy)),
    sensors: list(scopes.map(({ sensor }) => sensor)),
    paths: list(scopes.flatMap(({ paths }) => paths)),
    limits: list(scopes.flatMap(({ limits }) => limits)),
  };
  return Object.fromEntries(Object.entries(details).filter(([, text]) => text !== ""));
}

/** A document that is neither YAML nor JSON becomes a problem: the others still count. */
function parsePolicies(text: string, input: string, problems: ProblemLog): readonly unknown[] {
  const json = /^\s*\{/.test(text.slice(0, 1000)) ? parseJson(text) : undefined;
  if (json !== undefined) return [json];
  return readYaml(text, { takesAliases: true }).flatMap((document) => {
    if (document.kind === "read") return document.value === null ? [] : [document.value];
    problems.add({
      code: "policy-not-yaml",
      weight: "unreadable",
      message: `A tracing policy could not be read: ${document.message}.`,
      place: { input, offset: document.offset, line: document.place.line },
    });
    return [];
  });
}

/** What `kubectl get -o json` writes can be long, which YAML may not be. undefined: it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One snapshot a file, in the order given. **Errors**: as `loadContainers`. */
export async function loadMetrics(
  names: readonly string[],
  context: OperationContext,
  problems: ProblemLog,
): Promise<Loaded<MetricsSnapshot>> {
  const values: MetricsSnapshot[] = [];
  const inputs: InputSummary[] = [];
  for (const { name } of await listFiles(context.files, names)) {
    const document = await readText(context.files, name, limits(problems));
    const count = /^[ \t]*tetragon_\w/m.test(document.text) ? 1 : 0;
    if (count === 0) noteNoMetrics(name, problems);
    else values.push(readTetragonMetrics(document.text, name));
    inputs.push(summary({ ...document, role: "metrics", format: "prometheus", count }));
  }
  return { values, inputs };
}

function noteNoMetrics(input: string, problems: ProblemLog): void {
  problems.add({
    code: "metrics-not-of-tetragon",
    weight: "unreadable",
    message: "No metric of Tetragon is in the file: it does not tell whether events were lost.",
    place: { input, offset: -1, line: 0 },
  });
}

function limits(problems: ProblemLog): { sizeBytesMax: number; problems: ProblemLog } {
  return { sizeBytesMax: textSizeBytesMax, problems };
}

/** Everything above, and dumps of processes only as names: they are read after the events. */
export interface ClusterDocuments {
  readonly identities: readonly ContainerIdentity[];
  readonly policies: readonly PolicyScope[];
  readonly metrics: readonly MetricsSnapshot[];
  readonly view: ClusterView;
  readonly inputs: readonly InputSummary[];
}

/** **Order**: cluster objects first: they say more of a container than a listing does. */
export async function loadCluster(
  names: {
    readonly k8s: readonly string[];
    readonly containers: readonly string[];
    readonly policies: readonly string[];
    readonly tetragonMetrics: readonly string[];
  },
  context: OperationContext,
  problems: ProblemLog,
): Promise<ClusterDocuments> {
  const kubernetes = await loadKubernetes(names.k8s, context, problems);
  const containers = await loadContainers(names.containers, context, problems);
  const policies = await loadPolicies(names.policies, context, problems);
  const metrics = await loadMetrics(names.tetragonMetrics, context, problems);
  return {
    identities: [...kubernetes.values, ...containers.values],
    policies: policies.values,
    metrics: metrics.values,
    view: kubernetes.view,
    inputs: [kubernetes, containers, policies, metrics].flatMap(({ inputs }) => inputs),
  };
}
