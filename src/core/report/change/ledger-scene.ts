/**
 * Holds what the ledger looks up: containers, packages and findings by place, of a report and of
 * the one before.
 * In: both reports, standings of containers. Out: indexes and answers.
 * Must never take a container that ended for one that runs.
 */
import { compareText } from "../../event/compare-text.ts";
import { formatTime } from "../../event/format-time.ts";
import type { ContainerStanding } from "../../judge/change/judge-standing.ts";
import type { CoverageSummary, Finding, ImageRef, PackageRef } from "../../judge/verdict.ts";
import { containerKey, isHostKey } from "../../observe/container-key.ts";
import type { ContainerKey } from "../../observe/fact.ts";
import { indexReport, type ReportIndex } from "../diff/report-index.ts";
import type { Report } from "../report.ts";
import { placeName } from "./place-name.ts";

export interface PlacedContainer {
  readonly container: ContainerKey;
  /** Pod where known, else the start of its id; untrusted text. */
  readonly name: string;
  readonly image: ImageRef;
  readonly imageKey: string;
  readonly isScanned: boolean;
  readonly standing: ContainerStanding["standing"];
  /** ISO time since when it was seen; "" unknown. */
  readonly since: string;
}

export interface LedgerScene {
  readonly report: Report;
  readonly before: ReportIndex | undefined;
  readonly after: ReportIndex;
  /** All containers of the report, by `placeName`. */
  readonly containers: ReadonlyMap<string, readonly PlacedContainer[]>;
  readonly standings: ReadonlyMap<ContainerKey, ContainerStanding>;
  /** Findings by `placeName`. */
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
  /** Source package by the id of an upgrade. */
  readonly sources: ReadonlyMap<string, string>;
  /** Where the package of a finding comes from, by the finding's id; of both reports. */
  readonly layers: ReadonlyMap<string, "base" | "application" | "unknown">;
  /** Versions by place, image, type and name. */
  readonly versions: ReadonlyMap<string, ReadonlySet<string>>;
  /** Places and images of which the report lists packages. */
  readonly listed: ReadonlySet<string>;
  /** Places that run by a schedule. */
  readonly scheduled: ReadonlySet<string>;
}

/** **Cost**: one pass over both reports. */
export function createScene(
  previous: Report | undefined,
  report: Report,
  all: readonly ContainerStanding[],
): LedgerScene {
  const standings = new Map(all.map((one) => [one.container, one]));
  const placed = report.coverage.map(
    (one) => [placeName(one.workload), placeContainer(one, standings)] as const,
  );
  const grouped = Map.groupBy(placed, ([place]) => place);
  const { versions, listed } = indexPackages(report);
  return {
    report,
    before: previous === undefined ? undefined : indexReport(previous),
    after: indexReport(report),
    containers: new Map(
      [...grouped].map(([place, ones]) => [
        place,
        ones.map(([, one]) => one).sort(compareContainers),
      ]),
    ),
    standings,
    findings: Map.groupBy(
      report.findings.toSorted((a, b) => compareText(a.id, b.id)),
      ({ workload }) => placeName(workload),
    ),
    sources: new Map(report.upgrades.map((one) => [one.id, one.package])),
    layers: indexLayers([...(previous?.actions ?? []), ...report.actions]),
    versions,
    listed,
    scheduled: new Set(
      report.coverage
        .filter(({ workload }) => workload.kind === "CronJob")
        .map(({ workload }) => placeName(workload)),
    ),
  };
}

/** **Order**: of start. */
function compareContainers(a: PlacedContainer, b: PlacedContainer): number {
  return (
    compareText(a.since, b.since) ||
    compareText(a.imageKey, b.imageKey) ||
    compareText(a.container, b.container)
  );
}

function placeContainer(
  { containerId, image, sbom, scan, observedFrom }: CoverageSummary,
  standings: LedgerScene["standings"],
): PlacedContainer {
  const container = isHostKey(containerId) ? containerId : containerKey(containerId);
  const known = standings.get(container);
  return {
    container,
    name: known === undefined || known.pod === "" ? containerId.slice(0, 12) : known.pod,
    image,
    imageKey: imageKey(image),
    isScanned: sbom !== "" && scan !== "",
    // Without standings, as of a recording, what the report shows is what runs.
    standing: known?.standing ?? "running",
    since: formatTime(known?.startedUs ?? 0) ?? observedFrom ?? "",
  };
}

/** Digest where known: a tag may be moved. */
export function imageKey({ digest, reference }: ImageRef): string {
  return digest === "" ? reference : digest;
}

/** What a person knows it by; untrusted text. */
export function nameImage({ digest, reference }: ImageRef): string {
  return reference === "" ? digest : reference;
}

function indexPackages(report: Report): Pick<LedgerScene, "versions" | "listed"> {
  const versions = new Map<string, Set<string>>();
  const listed = new Set<string>();
  for (const { workload, image, package: ref } of report.packages) {
    const place = placeName(workload);
    listed.add(JSON.stringify([place, imageKey(image)]));
    const key = versionKey(place, imageKey(image), ref);
    const set = versions.get(key) ?? new Set<string>();
    set.add(ref.version);
    versions.set(key, set);
  }
  return { versions, listed };
}

function versionKey(place: string, image: string, { type, name }: PackageName): string {
  return JSON.stringify([place, image, type, name]);
}

export type PackageName = Pick<PackageRef, "type" | "name">;

/** Versions of a package that an image of a place holds. **Order**: none. */
export function versionsOf(
  { versions }: LedgerScene,
  { place, image }: { readonly place: string; readonly image: string },
  name: PackageName,
): readonly string[] {
  return [...(versions.get(versionKey(place, image, name)) ?? [])];
}

/** True when the report lists what is in that image. */
export function hasPackages({ listed }: LedgerScene, place: string, image: string): boolean {
  return listed.has(JSON.stringify([place, image]));
}

function indexLayers(actions: Report["actions"]): LedgerScene["layers"] {
  const layers = new Map<string, "base" | "application" | "unknown">();
  const weight = { unknown: 0, application: 1, base: 2 };
  for (const { kind, findings, layer } of actions) {
    if (!/^(upgrade-package|rebuild-on-base|replace-release)$/.test(kind)) continue;
    for (const id of findings) {
      if (weight[layer] > weight[layers.get(id) ?? "unknown"]) layers.set(id, layer);
    }
  }
  return layers;
}

/**
 * Containers of a place that run, or may. A job of a schedule runs between its runs too: those of
 * its latest image stand for it.
 */
export function livingOf(scene: LedgerScene, place: string): readonly PlacedContainer[] {
  const all = scene.containers.get(place) ?? [];
  const living = all.filter(({ standing }) => standing !== "ended");
  if (living.length > 0 || !scene.scheduled.has(place)) return living;
  const latest = newestImage(all);
  return all.filter((one) => one.imageKey === latest);
}

/** Key of the image that came last; undefined without containers. */
export function newestImage(containers: readonly PlacedContainer[]): string | undefined {
  return containers.reduce<PlacedContainer | undefined>(
    (latest, one) => (latest === undefined || one.since > latest.since ? one : latest),
    undefined,
  )?.imageKey;
}

/** What only containers that ended had is in nothing that runs. */
export function createLivingTest(scene: LedgerScene): (finding: Finding) => boolean {
  const living = new Map<string, ReadonlySet<string>>();
  return ({ workload, image }) => {
    const place = placeName(workload);
    if (!scene.containers.has(place)) return true;
    let images = living.get(place);
    if (images === undefined) {
      images = new Set(livingOf(scene, place).map((one) => one.imageKey));
      living.set(place, images);
    }
    return images.has(imageKey(image));
  };
}
