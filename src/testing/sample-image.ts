/**
 * Holds small made-up images, uses of their files and coverage, for tests of the judge.
 * In: what a test cares about, in few words. Out: whole values of the contracts.
 * Must never read a recording.
 */

import type { ImageFile, ImageIdentity, Package, Sbom } from "../core/inventory/image.ts";
import { EvidenceBook } from "../core/judge/evidence-book.ts";
import { createFileOwners } from "../core/judge/file-owners.ts";
import type { CodeFile, ContainerCoverage } from "../core/judge/judge-coverage.ts";
import { judgeUsage } from "../core/judge/judge-usage.ts";
import type { CoverageGrade, Usage } from "../core/judge/verdict.ts";
import { isHostKey } from "../core/observe/container-key.ts";
import type { ContainerFact, CoverageFact, FileUseFact, Sensor } from "../core/observe/fact.ts";
import { createPathScope } from "../core/observe/path-scope.ts";
import { samplePackage } from "./sample-judgement.ts";

export const sampleContainer = "0123456789abcdef0123456789abcde";

/** `-> target` is a link, `directory` a directory, anything else a file with what it is given. */
export type FileSketch = string | Partial<ImageFile>;

const plainFile: ImageFile = {
  path: "",
  type: "file",
  linkTarget: "",
  importedLibraries: [],
  executable: false,
  mimeType: "text/plain",
};

export function elf(...importedLibraries: readonly string[]): Partial<ImageFile> {
  return { importedLibraries, executable: true, mimeType: "application/x-sharedlib" };
}

function sketchFile(path: string, sketch: FileSketch): ImageFile {
  if (typeof sketch !== "string") return { ...plainFile, path, ...sketch };
  if (sketch === "directory") return { ...plainFile, path, type: "directory", mimeType: "" };
  const linkTarget = sketch.replace(/^-> /, "");
  return { ...plainFile, path, type: "symlink", linkTarget, mimeType: "" };
}

export const sampleIdentity: ImageIdentity = {
  kind: "image",
  name: "",
  tags: [],
  manifestDigest: "",
  imageId: "",
  repoDigests: [],
  architecture: "amd64",
  layers: [],
  baseName: "",
};

export interface SbomSketch extends Partial<Omit<Sbom, "files" | "packages" | "identity">> {
  readonly packages: readonly Partial<Package>[];
  readonly files?: Readonly<Record<string, FileSketch>>;
  readonly identity?: Partial<ImageIdentity>;
}

/** Links and directories are listed when any are given. */
export function sampleSbom(sketch: SbomSketch): Sbom {
  const { packages, files: sketched = {}, identity, ...rest } = sketch;
  const files = Object.entries(sketched).map(
    ([path, one]) => [path, sketchFile(path, one)] as const,
  );
  return {
    input: "image.syft.json",
    format: "syft",
    schemaVersion: "16.0.18",
    tool: "syft",
    toolVersion: "1.18.1",
    distro: { id: "debian", version: "12", idLike: [] },
    hasLocations: true,
    hasAllFiles: files.some(([, file]) => file.type !== "file"),
    ...rest,
    identity: { ...sampleIdentity, ...identity },
    packages: packages.map((one) => samplePackage({ type: "deb", ...one })),
    files: new Map(files),
  };
}

/** A primary location, for packages that are found by a path. */
export function placed(path: string, accessPath = ""): Pick<Package, "locations"> {
  return { locations: [{ path, accessPath, primary: true, visible: true, layer: "" }] };
}

const sensorOf: Readonly<Record<FileUseFact["how"], Sensor>> = {
  executed: "exec",
  mapped: "mmap",
  read: "open",
  written: "write",
};

export function sampleUse(given: Partial<FileUseFact> & { readonly path: string }): FileUseFact {
  const how = given.how ?? "read";
  const actor = given.actor ?? "service";
  const binaries = given.binaries ?? ["/usr/bin/server"];
  return {
    kind: "file-use",
    container: sampleContainer,
    origin: actor,
    actorReason: "in the container's process tree",
    count: 1,
    firstSeenUs: 1_700_000_000_000_000,
    lastSeenUs: 1_700_000_000_500_000,
    sensors: [sensorOf[how]],
    afterWrite: false,
    citations: [],
    ...given,
    how,
    actor,
    binaries,
  };
}

export interface CoverageSketch {
  readonly grade?: CoverageGrade;
  readonly sensors?: readonly Sensor[];
  /** Of all sensors; everything when not given. */
  readonly prefixes?: readonly string[];
  /** Called with what is asked, to see it. */
  readonly onGrade?: (files: readonly CodeFile[]) => void;
}

export function sampleCoverage(sketch: CoverageSketch = {}): ContainerCoverage {
  const grade = sketch.grade ?? "good";
  const sensors = (sketch.sensors ?? ["exec", "open", "mmap"]).map(
    (sensor): CoverageFact => ({
      kind: "coverage",
      node: "node-1",
      sensor,
      policy: sensor,
      sinceUs: 1,
      untilUs: 2,
      basis: "stated",
      pathPrefixes: sketch.prefixes ?? [""],
      limits: [],
      eventCount: 1,
    }),
  );
  const scope = createPathScope(sketch.prefixes ?? [""]);
  const hasMappings = sensors.some(({ sensor }) => sensor === "mmap");
  return {
    sensors,
    losses: [],
    untilUs: 2,
    seesMapping: (path) => hasMappings && scope.holds(path),
    grade: (files) => {
      sketch.onGrade?.(files);
      if (files.length === 0) return { grade: "none", reasons: ["no files"] };
      return { grade, reasons: grade === "good" ? [] : ["a sensor was missing"] };
    },
  };
}

export interface UsageSketch extends SbomSketch {
  readonly uses: readonly (Partial<FileUseFact> & { readonly path: string })[];
  readonly coverage?: CoverageSketch;
  readonly mountPaths?: readonly string[];
}

/** Usage by package name. */
export function judgeSample(sketch: UsageSketch): ReadonlyMap<string, Usage> {
  const { uses, coverage, mountPaths = [], ...image } = sketch;
  const sbom = sampleSbom(image);
  const usages = judgeUsage({
    sbom,
    owners: createFileOwners(sbom),
    uses: uses.map(sampleUse),
    coverage: sampleCoverage(coverage),
    evidence: new EvidenceBook(["events.jsonl"]),
    mountPaths,
    isHost: isHostKey(uses[0]?.container ?? ""),
  });
  const byName = new Map<string, Usage>();
  for (const { id, name } of sbom.packages) {
    const usage = usages.get(id);
    if (usage !== undefined) byName.set(name, usage);
  }
  return byName;
}

export function sampleContainerFact(given: Partial<ContainerFact> = {}): ContainerFact {
  return {
    kind: "container",
    container: sampleContainer,
    node: "node-1",
    cluster: "",
    containerId: sampleContainer,
    namespace: "",
    pod: "",
    podUid: "",
    workloadKind: "",
    workload: "",
    containerName: "",
    imageName: "",
    imageId: "",
    firstSeenUs: 1,
    lastSeenUs: 2,
    startedUs: 1,
    fromStart: true,
    ended: false,
    dumped: false,
    ...given,
  };
}
