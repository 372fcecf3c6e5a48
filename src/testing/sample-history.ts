/**
 * Holds a small history for tests: a shop of two workloads with one flaw, and what becomes
 * of it over time.
 * In: what a test cares about. Out: reports and standings. Nothing here is from a recording.
 */
import type { TrackedFinding } from "../core/judge/change/finding-change.ts";
import type { ContainerStanding } from "../core/judge/change/judge-standing.ts";
import type { CoverageSummary, Finding, PackageVerdict } from "../core/judge/verdict.ts";
import type { Report } from "../core/report/report.ts";
import { sampleContextReport } from "./sample-documents.ts";

const front = "registry.example/shop/front";
export const shopNowUs = Date.parse("2026-01-01T12:00:00Z") * 1000;

/** One container of a workload of the shop. */
export interface ShopContainer {
  readonly id: string;
  readonly workload: "web" | "api";
  /** 1: has the flaw; 2: has openssl mended; 3: has it again. */
  readonly image: 1 | 2 | 3;
  readonly standing?: ContainerStanding["standing"];
  readonly isScanned?: boolean;
  readonly kind?: string;
}

const base = sampleContextReport();

export function containerId(id: string): string {
  return id.padEnd(64, "0");
}

/** **Order** of start: of the containers. `retracted`: the scans list the flaw nowhere. */
export function shopReport(
  containers: readonly ShopContainer[],
  options: {
    readonly retracted?: boolean;
    readonly change?: (finding: Finding) => Finding;
  } = {},
): Report {
  const { retracted = false, change = (finding: Finding) => finding } = options;
  const groups = Map.groupBy(containers, ({ workload, image }) => `${workload} ${image}`);
  const findings: Finding[] = [];
  const packages: PackageVerdict[] = [];
  for (const [group] of groups.values()) {
    if (group === undefined || group.isScanned === false) continue;
    const image = imageOf(group.image);
    const workloadOf = <T extends { readonly workload: Finding["workload"] }>(one: T) => ({
      ...one.workload,
      kind: group.kind ?? one.workload.kind,
    });
    const version = group.image === 2 ? "1.1.1n-0" : "1.1.1k-1";
    for (const one of base.packages.filter(({ workload }) => workload.name === group.workload)) {
      packages.push({
        ...one,
        workload: workloadOf(one),
        image,
        package: { ...one.package, version },
      });
    }
    if (group.image === 2 || retracted) continue;
    for (const one of base.findings.filter(({ workload }) => workload.name === group.workload)) {
      const isSecond = findings.some(({ id }) => id === one.id);
      const id = isSecond ? `${one.id}-second` : one.id;
      findings.push(change({ ...one, id, image, workload: workloadOf(one) }));
    }
  }
  return { ...base, findings, packages, coverage: containers.flatMap(coverageOf) };
}

function imageOf(number: number): Finding["image"] {
  return { reference: `${front}:${number}`, digest: `sha256:${String(number).repeat(64)}` };
}

function coverageOf(one: ShopContainer, index: number): readonly CoverageSummary[] {
  return base.coverage
    .filter(({ workload }) => workload.name === one.workload)
    .map((summary) => ({
      ...summary,
      workload: { ...summary.workload, kind: one.kind ?? summary.workload.kind },
      containerId: containerId(one.id),
      image: imageOf(one.image),
      sbom: one.isScanned === false ? "" : summary.sbom,
      scan: one.isScanned === false ? "" : summary.scan,
      observedFrom: `2026-01-01T1${index}:00:00.000000Z`,
    }));
}

export function shopStandings(containers: readonly ShopContainer[]): readonly ContainerStanding[] {
  return containers.map(({ id, workload, standing = "running" }, index) => ({
    container: containerId(id).slice(0, 31),
    pod: `${workload}-pod-${id}`,
    startedUs: Date.parse(`2026-01-01T1${index}:00:00Z`) * 1000,
    standing,
  }));
}

/** That of the first image. */
export function sampleFinding(workload: "web" | "api"): Finding {
  const [finding] = shopReport([{ id: "a", workload, image: 1 }]).findings;
  if (finding === undefined) throw new Error("the first image has the flaw");
  return finding;
}

/** As the ledger keeps one, long ago. */
export function sampleTracked(id: string, given: Partial<TrackedFinding> = {}): TrackedFinding {
  return {
    ...{ id, state: "open", vulnerability: "CVE-1", aliases: ["GHSA-1"], package: "openssl" },
    ...{ packageType: "deb", version: "1", workload: "shop/web/web", imageReference: "" },
    ...{ imageDigest: "", decision: "soon", usage: "unknown", exposed: "unknown" },
    ...{ privileged: false, suppressedUntil: "" },
    ...{ firstReportedUs: 1, lastReportedUs: 1, changedUs: 1 },
    ...given,
  };
}
