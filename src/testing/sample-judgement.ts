/**
 * Holds small made-up values of the judge's contracts for tests.
 * In: what a test cares about. Out: whole values. Nothing here is taken from a recording.
 */
import type { Match, Package, Severity, Vulnerability } from "../core/inventory/image.ts";
import { buildFindings, type DraftFinding } from "../core/judge/build-findings.ts";
import type { Judgement } from "../core/judge/judge.ts";
import { judgeFindings } from "../core/judge/judge-findings.ts";
import type { ImageOrigin, JudgedImage, JudgedPackage } from "../core/judge/judged-image.ts";
import type { Evidence, Privilege, Usage, UsageState } from "../core/judge/verdict.ts";
import type { Workload } from "../core/observe/fact.ts";
import { noDetection } from "../core/report/incident-summary.ts";
import { type Report, reportSchemaVersion } from "../core/report/report.ts";

export const sampleSettings = {
  minimumWindowUs: 300e6,
  loweringWindowUs: 3600e6,
  criticalSeverities: ["Critical"] as readonly Severity[],
};

export function sampleVulnerability(given: Partial<Vulnerability> = {}): Vulnerability {
  const id = given.id ?? "CVE-2024-0001";
  return {
    id,
    canonicalId: id,
    aliases: [],
    namespace: "sample",
    severity: "High",
    cvssScore: 7.5,
    cvssVector: "",
    epss: undefined,
    knownExploited: undefined,
    fixState: "fixed",
    fixVersions: ["2.0.0"],
    suggestedVersion: "",
    description: "a sample",
    dataSource: "",
    ...given,
  };
}

export function samplePackage(given: Partial<Package> = {}): Package {
  const name = given.name ?? "sample";
  const version = given.version ?? "1.0.0";
  const type = given.type ?? "npm";
  return {
    id: `${type}/${name}@${version}`,
    name,
    version,
    type,
    language: "",
    purl: `pkg:${type}/${name}@${version}`,
    locations: [],
    source: "",
    files: [],
    containedFiles: [],
    virtualPath: "",
    roots: [],
    ownedBy: [],
    ...given,
  };
}

export function sampleMatch(
  one: Package,
  vulnerability: Vulnerability,
  given: Partial<Match> = {},
): Match {
  return {
    vulnerability,
    artifactId: one.id,
    packageName: one.name,
    packageVersion: one.version,
    packageType: one.type,
    purl: one.purl,
    locations: one.locations,
    upstreams: one.source === "" ? [] : [one.source],
    matchType: "exact-direct-match",
    matchedSymbols: [],
    ...given,
  };
}

export function sampleUsage(state: UsageState, given: Partial<Usage> = {}): Usage {
  return {
    state,
    level: state === "in-use" ? "mapped" : "none",
    by: state === "in-use" ? ["service"] : [],
    firstSeen: null,
    lastSeen: null,
    coverage: "good",
    coverageReasons: [],
    evidence: [],
    because: `sample says ${state}`,
    ...given,
  };
}

export function sampleWorkload(name = "web"): Workload {
  return { cluster: "", namespace: "shop", kind: "Deployment", name, container: name };
}

export function sampleJudgedPackage(one: Package, usage: Usage): JudgedPackage {
  const { id, name, version, type, purl, locations, source } = one;
  const location = locations[0]?.path ?? "";
  const ref = { id, name, version, type, purl, location };
  return { ref, source: source === "" ? name : source, usage, isBlank: false, layer: "" };
}

const sampleOrigin: ImageOrigin = { layers: [], baseName: "", release: "", isEndOfLife: false };

export function sampleImage(given: Partial<JudgedImage> = {}): JudgedImage {
  const workload = given.workload ?? sampleWorkload();
  return {
    image: { reference: `registry.example/${workload.name}:1`, digest: "" },
    workload,
    packages: [],
    matches: [],
    privileges: [],
    privileged: false,
    observedUs: 7200e6,
    context: undefined,
    origin: sampleOrigin,
    missing: "not in the SBOM",
    ...given,
  };
}

export const sampleRoot: Privilege = {
  privilege: "root",
  detail: "",
  source: "seen",
  evidence: [],
};

/** One package with one vulnerability in one image: what a rule is tried on. */
export function sampleDraft(
  vulnerability: Partial<Vulnerability>,
  usage: Usage,
  image: Partial<JudgedImage> = {},
): DraftFinding {
  const one = samplePackage();
  const whole = sampleImage({
    packages: [sampleJudgedPackage(one, usage)],
    matches: [sampleMatch(one, sampleVulnerability(vulnerability))],
    ...image,
  });
  const [draft] = buildFindings([whole], sampleSettings);
  if (draft === undefined) throw new Error("one match gives one finding");
  return draft;
}

/** From judged images to the end, without containers and facts. */
export function sampleJudgement(
  images: readonly JudgedImage[],
  evidence: Readonly<Record<string, Evidence>> = {},
): Judgement {
  return {
    ...judgeFindings(images, sampleSettings),
    packages: images.flatMap(({ image, workload, packages }) =>
      packages.map(({ ref, usage }) => ({ image, workload, package: ref, usage })),
    ),
    coverage: images.map(({ image, workload, privileges }) => ({
      workload,
      containerId: "0123456789abcdef",
      node: "node-1",
      image,
      joinedBy: "digest",
      sbom: "web.syft.json",
      scan: "web.grype.json",
      observedFrom: "2026-01-01T10:00:00.000000Z",
      observedUntil: "2026-01-01T12:00:00.000000Z",
      fromStart: true,
      sensors: [
        {
          sensor: "exec",
          policy: "",
          basis: "stated" as const,
          pathPrefixes: [""],
          limits: [],
          since: "2026-01-01T09:00:00.000000Z",
          until: "2026-01-01T12:00:00.000000Z",
          eventCount: 12,
        },
      ],
      losses: [],
      grades: { none: 0, partial: 0, good: 1 },
      privileges,
    })),
    workloads: [],
    flows: [],
    contradictions: [],
    evidence,
    images,
  };
}

export function sampleEvidence(given: Partial<Evidence> = {}): Evidence {
  return {
    id: "e1",
    shows: "mapped",
    path: "/usr/lib/libsample.so.1",
    actor: "service",
    actorReason: "descends from the first process",
    sensor: "mmap",
    policy: "loader",
    count: 3,
    execId: "abc",
    pid: 42,
    binary: "/usr/bin/sampled",
    time: "2026-01-01T10:00:01.000000Z",
    node: "node-1",
    container: "0123456789abcdef",
    input: "events.jsonl",
    offset: 1234,
    ...given,
  };
}

export function sampleReport(
  { images: _, ...judgement }: Judgement,
  given: Partial<Report> = {},
): Report {
  return {
    schemaVersion: reportSchemaVersion,
    generatedAt: null,
    window: {
      from: "2026-01-01T10:00:00.000000Z",
      to: "2026-01-01T12:00:00.000000Z",
      seconds: 7200,
      eventCount: 1234,
    },
    inputs: [],
    ...judgement,
    incidents: [],
    detection: noDetection,
    problems: [],
    ...given,
  };
}
