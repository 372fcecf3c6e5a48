/**
 * Holds which workloads of a report a person means by a name.
 * In: a report and a name. Out: the workloads meant, or the nearest names.
 * Must never guess between two: all that fit are given.
 */

import { nameWorkload } from "../judge/name-workload.ts";
import { workloadKey } from "../judge/workload-key.ts";
import type { Workload } from "../observe/fact.ts";
import { findNearNames } from "./find-near-names.ts";
import type { Report } from "./report.ts";

export interface FoundWorkloads {
  /** **Order**: of the report. */
  readonly workloads: readonly Workload[];
  /** Names that are near, when none fits. */
  readonly near: readonly string[];
}

/** By `namespace/name`, `namespace/name/container`, name, container, or `kind/name`. */
export function findWorkloads(report: Report, name: string): FoundWorkloads {
  const all = workloadsOf(report);
  const wanted = name.trim();
  const workloads = all.filter((workload) => namesOf(workload).includes(wanted));
  if (workloads.length > 0) return { workloads, near: [] };
  return { workloads, near: findNearNames(wanted.toLowerCase(), all.map(nameWorkload)) };
}

function workloadsOf(report: Report): readonly Workload[] {
  const everywhere = [report.workloads, report.coverage, report.findings].flatMap((list) =>
    list.map(({ workload }) => workload),
  );
  return [...new Map(everywhere.map((one) => [workloadKey(one), one])).values()];
}

function namesOf({ namespace, kind, name, container }: Workload): readonly string[] {
  const owner = namespace === "" ? name : `${namespace}/${name}`;
  const lower = kind.toLowerCase();
  return [owner, `${owner}/${container}`, name, container, `${lower}/${name}`, `${kind}/${name}`];
}
