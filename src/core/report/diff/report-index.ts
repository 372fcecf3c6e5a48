/**
 * Holds what is looked up in one of two reports while they are compared.
 * In: a report. Out: its workloads, images and packages by place.
 * Must never count a workload as seen that no container, and no image on its own, stands for.
 */
import type { CoverageSummary, Finding, PackageRef } from "../../judge/verdict.ts";
import type { Workload } from "../../observe/fact.ts";
import type { Report } from "../report.ts";

export interface ReportIndex {
  readonly report: Report;
  readonly findings: ReadonlyMap<string, Finding>;
  /** By `placeOf`. */
  readonly workloads: ReadonlyMap<string, Workload>;
  /** Containers of a place. */
  readonly coverage: ReadonlyMap<string, readonly CoverageSummary[]>;
  /** Images of a place, by what is known of them. */
  readonly images: ReadonlyMap<string, ReadonlySet<string>>;
  /** Versions by place and package. */
  readonly versions: ReadonlyMap<string, ReadonlySet<string>>;
  /** The report was made by a version that judged exposure and decided. */
  readonly isDecided: boolean;
}

/** As ids of findings tell workloads apart: a cluster that got a name is the same cluster. */
export function placeOf({ namespace, kind, name, container }: Workload): string {
  return JSON.stringify([namespace, kind, name, container]);
}

export function packageKey(workload: Workload, { type, name }: PackageRef): string {
  return JSON.stringify([placeOf(workload), type, name]);
}

/** **Cost**: one pass over findings, packages and containers. */
export function indexReport(report: Report): ReportIndex {
  const workloads = new Map<string, Workload>();
  const images = new Map<string, Set<string>>();
  const versions = new Map<string, Set<string>>();
  const note = ({ workload, image }: Pick<Finding, "workload" | "image">) => {
    const place = placeOf(workload);
    if (!workloads.has(place)) workloads.set(place, workload);
    put(images, place, image.digest === "" ? image.reference : image.digest);
  };
  for (const one of report.coverage) note(one);
  for (const one of report.findings) {
    note(one);
    for (const each of one.packages) {
      put(versions, packageKey(one.workload, each.package), each.package.version);
    }
  }
  for (const one of report.packages) {
    put(versions, packageKey(one.workload, one.package), one.package.version);
  }
  return {
    report,
    findings: new Map(report.findings.map((one) => [one.id, one])),
    workloads,
    coverage: Map.groupBy(report.coverage, ({ workload }) => placeOf(workload)),
    images,
    versions,
    isDecided: report.findings.some(({ decision }) => decision.row !== ""),
  };
}

function put(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key) ?? new Set<string>();
  set.add(value);
  sets.set(key, set);
}
