/**
 * Holds how tests read recorded objects of a cluster.
 * In: `fixtures/cluster`. Out: what the reader of `kubectl` lists makes of them.
 * Must never be imported by anything but tests.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type Problem, ProblemLog } from "../core/event/problem.ts";
import { ClusterCollector } from "../core/inventory/cluster/cluster-collector.ts";
import { readKubernetes } from "../core/inventory/read-kubernetes.ts";
import { inChunks } from "./inventory-fixtures.ts";

const folder = new URL("../../fixtures/cluster/", import.meta.url);

export function clusterFixture(): Uint8Array {
  return gunzipSync(readFileSync(new URL("shop.json.gz", folder)));
}

/** Text or values, each as one input, in this order. */
export async function readObjects(...inputs: readonly unknown[]): Promise<{
  readonly collector: ClusterCollector;
  readonly problems: readonly Problem[];
}> {
  const collector = new ClusterCollector();
  const log = new ProblemLog();
  for (const [at, input] of inputs.entries()) {
    const text = typeof input === "string" ? input : JSON.stringify(input);
    const bytes = input instanceof Uint8Array ? input : new TextEncoder().encode(text);
    await readKubernetes(inChunks(bytes), `k8s-${at}`, log, collector);
  }
  return { collector, problems: log.list() };
}
