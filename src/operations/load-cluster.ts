/**
 * Holds loading of what says who a container is and what was watched: container lists, Kubernetes
 * objects, tracing policies, metrics, dumps of processes.
 * In: names of files. Out: decoded values with a summary of each input.
 * Must never execute or expand what a YAML document asks for: aliases are bounded, tags ignored.
 */
import { parseAllDocuments } from "yaml";
import type { ProblemLog } from "../core/event/problem.ts";
import type { ContainerIdentity } from "../core/inventory/image.ts";
import { readContainers } from "../core/inventory/read-containers.ts";
import { readKubernetes } from "../core/inventory/read-kubernetes.ts";
import { type MetricsSnapshot, readTetragonMetrics } from "../core/observe/tetragon-metrics.ts";
import { type PolicyScope, readTracingPolicy } from "../core/observe/tracing-policy.ts";
import type { InputSummary } from "../core/report/report.ts";
import type { OperationContext } from "./operation.ts";
import { listFiles, noteTruncation, readText } from "./read-text.ts";

/** **Unit**: bytes, decompressed. */
const textSizeBytesMax = 64 * 1024 * 1024;

export interface Loaded<Value> {
  readonly values: readonly Value[];
  readonly inputs: readonly InputSummary[];
}

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

export async function loadKubernetes(
  names: readonly string[],
  context: OperationContext,
  problems: ProblemLog,
): Promise<Loaded<ContainerIdentity>> {
  const values: ContainerIdentity[] = [];
  const inputs: InputSummary[] = [];
  for (const { name, sizeBytes } of await listFiles(context.files, names)) {
    const file = await context.files.open(name);
    const found = await readKubernetes(file.chunks, name, problems);
    noteTruncation(file, problems);
    values.push(...found);
    const { compression } = file;
    const count = found.length;
    inputs.push(
      summary({ name, sizeBytes, compression, role: "kubernetes", format: "json", count }),
    );
  }
  return { values, inputs };
}

export async function loadPolicies(
  names: readonly string[],
  context: OperationContext,
  problems: ProblemLog,
): Promise<Loaded<PolicyScope>> {
  const values: PolicyScope[] = [];
  const inputs: InputSummary[] = [];
  for (const { name } of await listFiles(context.files, names)) {
    const document = await readText(context.files, name, limits(problems));
    const found = parseYaml(document.text, name, problems).flatMap((policy) =>
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

/** A document that is not YAML becomes a problem: the others still count. */
function parseYaml(text: string, input: string, problems: ProblemLog): readonly unknown[] {
  const values: unknown[] = [];
  const refuse = (message: string, offset: number): void =>
    problems.add({
      code: "policy-not-yaml",
      weight: "unreadable",
      message: `A tracing policy could not be read: ${message.split("\n")[0] ?? ""}`,
      place: { input, offset, line: text.slice(0, offset).split("\n").length },
    });
  for (const document of parseAllDocuments(text, { prettyErrors: false, logLevel: "silent" })) {
    if (!("errors" in document)) continue;
    const broken = document.errors[0];
    if (broken !== undefined) {
      refuse(broken.message, broken.pos[0]);
      continue;
    }
    try {
      const value: unknown = document.toJS({ maxAliasCount: 100 });
      if (value !== null && value !== undefined) values.push(value);
    } catch (error) {
      refuse(error instanceof Error ? error.message : String(error), 0);
    }
  }
  return values;
}

export async function loadMetrics(
  names: readonly string[],
  context: OperationContext,
  problems: ProblemLog,
): Promise<Loaded<MetricsSnapshot>> {
  const values: MetricsSnapshot[] = [];
  const inputs: InputSummary[] = [];
  for (const { name } of await listFiles(context.files, names)) {
    const document = await readText(context.files, name, limits(problems));
    values.push(readTetragonMetrics(document.text, name));
    inputs.push(summary({ ...document, role: "metrics", format: "prometheus", count: 1 }));
  }
  return { values, inputs };
}

function limits(problems: ProblemLog): { sizeBytesMax: number; problems: ProblemLog } {
  return { sizeBytesMax: textSizeBytesMax, problems };
}

/** An input's line in the report. */
export function summary(input: {
  readonly name: string;
  readonly sizeBytes: number;
  readonly compression: string;
  readonly role: string;
  readonly format: string;
  readonly count: number;
}): InputSummary {
  const { name, role, format, sizeBytes, count, compression } = input;
  const details: Record<string, string> = {};
  if (compression !== "plain") details["compression"] = compression;
  return { name, role, format, sizeBytes, count, details };
}

/** Everything above, and dumps of processes only as names: they are read after the events. */
export interface ClusterDocuments {
  readonly identities: readonly ContainerIdentity[];
  readonly policies: readonly PolicyScope[];
  readonly metrics: readonly MetricsSnapshot[];
  readonly inputs: readonly InputSummary[];
}

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
    inputs: [kubernetes, containers, policies, metrics].flatMap(({ inputs }) => inputs),
  };
}
