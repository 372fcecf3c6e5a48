/**
 * Holds the numbers that stand for workloads on a page, and what the page knows of each.
 * In: a report. Out: every workload that the report names, once, with its context and containers.
 */
import type { WorkloadContext } from "../../judge/context/workload-context.ts";
import { nameWorkload } from "../../judge/name-workload.ts";
import { workloadKey } from "../../judge/workload-key.ts";
import type { Workload } from "../../observe/fact.ts";
import type { Report } from "../report.ts";
import type { PageContainer, PageContext, PageWorkload } from "./client/page-data.ts";

/** Containers of one workload that the page shows; the JSON report has them all. */
const containerCountMax = 40;

export interface NumberedWorkloads {
  readonly numberOf: (workload: Workload | null) => number;
  /** To be asked last: workloads are numbered as they are first named. */
  readonly list: () => readonly PageWorkload[];
}

export function numberWorkloads(report: Report): NumberedWorkloads {
  const numbers = new Map<string, number>();
  const workloads: Workload[] = [];
  const numberOf = (workload: Workload | null): number => {
    if (workload === null) return -1;
    const key = workloadKey(workload);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, workloads.length);
    return workloads.push(workload) - 1;
  };
  for (const one of report.workloads) numberOf(one.workload);
  for (const one of report.coverage) numberOf(one.workload);
  const containers = Map.groupBy(report.coverage, (one) => numberOf(one.workload));
  const contexts = new Map(report.workloads.map((one) => [numberOf(one.workload), one]));
  const describe = (workload: Workload, index: number): PageWorkload => {
    const context = contexts.get(index);
    return {
      name: nameWorkload(workload),
      namespace: workload.namespace,
      kind: workload.kind,
      context: context === undefined ? null : describeContext(context, numberOf),
      containers: (containers.get(index) ?? []).slice(0, containerCountMax).map(describeContainer),
    };
  };
  return { numberOf, list: () => describeAll(workloads, describe) };
}

/** Describing one may name another: the list grows while it is read. */
function describeAll(
  workloads: readonly Workload[],
  describe: (workload: Workload, index: number) => PageWorkload,
): readonly PageWorkload[] {
  const pages: PageWorkload[] = [];
  for (const workload of workloads) pages.push(describe(workload, pages.length));
  return pages;
}

function describeContainer(summary: Report["coverage"][number]): PageContainer {
  const { workload: _workload, privileges: _privileges, image, ...rest } = summary;
  const containerId = rest.containerId.slice(0, 12);
  return { ...rest, containerId, image: image.reference || image.digest };
}

function describeContext(
  context: WorkloadContext,
  numberOf: (workload: Workload | null) => number,
): PageContext {
  const { paths, ...exposure } = context.exposure;
  const { workloads: reached, ...reach } = context.reach;
  return {
    exposure,
    paths: paths.map(({ basis, hops }) => ({
      basis,
      hops: hops.map(({ name, workload, port, by, flow }) => ({
        name,
        workload: numberOf(workload),
        port,
        by,
        flow,
      })),
    })),
    roles: context.roles,
    reach,
    reached: reached.map(({ workload, how, ports, role }) => ({
      workload: numberOf(workload),
      how,
      ports,
      role: role ?? "",
    })),
  };
}
