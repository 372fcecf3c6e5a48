/**
 * Holds how workloads are told apart in maps.
 * In: a workload. Out: one text a workload.
 */
import type { Workload } from "../observe/fact.ts";

/** Equal for equal workloads, whatever their names contain. */
export function workloadKey(workload: Workload): string {
  const { cluster, namespace, kind, name, container } = workload;
  return JSON.stringify([cluster, namespace, kind, name, container]);
}
