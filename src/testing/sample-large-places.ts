/**
 * Holds made-up workloads in tiers, edge to store, with flows, contexts and coverage.
 * In: how many. Out: places that fit together. Numbers are mixed by hashing, never by chance.
 */
import type { RoleName, WorkloadContext } from "../core/judge/context/workload-context.ts";
import type { FlowEdge, FlowEnd } from "../core/judge/flows/flow-edge.ts";
import { nameWorkload } from "../core/judge/name-workload.ts";
import type { CoverageSummary, Evidence } from "../core/judge/verdict.ts";
import type { Workload } from "../core/observe/fact.ts";

/** Workload by workload: how far from the internet; 9 is no known way. */
export interface SampleTier {
  readonly workload: Workload;
  readonly tier: number;
}

export interface SamplePlaces {
  readonly tiers: readonly SampleTier[];
  readonly contexts: readonly WorkloadContext[];
  readonly flows: readonly FlowEdge[];
  readonly coverage: readonly CoverageSummary[];
  readonly window: { readonly from: string; readonly to: string };
  readonly proofOf: (id: string, flow: FlowEdge) => Evidence;
}

const window = { from: "2026-01-01T10:00:00.000000Z", to: "2026-01-02T10:00:00.000000Z" };
const tierNames = ["ingress", "web", "api", "worker", "store", "cache", "batch"] as const;
const tierDepths = [0, 1, 2, 3, 3, 3, 9] as const;
const roles: readonly RoleName[] = [
  "proxy",
  "web-server",
  "api",
  "worker",
  "database",
  "cache",
  "batch",
];
const teams = ["shop", "pay", "search", "mail", "media", "risk", "data", "ops"];

/** **Source**: the finalizer of MurmurHash3; the same number for the same number. */
export function mix(seed: number): number {
  let value = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

export function hexOf(seed: number, length: number): string {
  const parts = Array.from({ length: Math.ceil(length / 8) }, (_, part) =>
    mix(seed * 31 + part + 7)
      .toString(16)
      .padStart(8, "0"),
  );
  return parts.join("").slice(0, length);
}

export function timeOf(seed: number): string {
  const ms = Date.parse(window.from) + (mix(seed) % 86_400_000);
  return new Date(ms)
    .toISOString()
    .replace("Z", `${String(mix(seed + 1) % 1000).padStart(3, "0")}Z`);
}

export function samplePlaces(count: number): SamplePlaces {
  const tiers = Array.from({ length: count }, (_, index) => placeOf(index));
  const flows = flowsOf(tiers);
  return {
    tiers,
    flows,
    contexts: tiers.map((one, index) => contextOf(one, index, { tiers, flows })),
    coverage: tiers.map(coverageOf),
    window,
    proofOf: (id, flow) => proofOf(id, flow),
  };
}

function placeOf(index: number): SampleTier {
  const kind = index % tierNames.length;
  const team = teams[Math.floor(index / tierNames.length) % teams.length] ?? "shop";
  const round = Math.floor(index / (tierNames.length * teams.length));
  const name = `${tierNames[kind]}${round === 0 ? "" : `-${round + 1}`}`;
  const workload = { cluster: "lab", namespace: team, kind: "Deployment", name, container: name };
  return { workload, tier: tierDepths[kind] ?? 9 };
}

function endOf(workload: Workload): FlowEnd {
  const name = nameWorkload(workload);
  return { kind: "workload", workload, name, address: "", namedBy: "pod" };
}

function outside(kind: FlowEnd["kind"], name: string): FlowEnd {
  return { kind, workload: null, name, address: name, namedBy: "address" };
}

/** From the tier above, mostly of the same team; edges to the internet come first. */
function flowsOf(tiers: readonly SampleTier[]): readonly FlowEdge[] {
  const flows: FlowEdge[] = [];
  const add = (from: FlowEnd, to: FlowEnd, port: number) => {
    flows.push(flowOf(flows.length, { from, to, port }));
  };
  tiers.forEach(({ workload, tier }, index) => {
    const end = endOf(workload);
    if (tier === 0) add(outside("internet", `203.0.113.${index % 250}`), end, 8443);
    else if (tier < 9) {
      const sources = tiers.filter((one) => one.tier === tier - 1);
      const own = sources.filter((one) => one.workload.namespace === workload.namespace);
      for (const one of own.slice(0, 3)) add(endOf(one.workload), end, 3000 + tier);
      const other = sources[mix(index) % Math.max(1, sources.length)];
      if (other !== undefined && index % 5 === 0) add(endOf(other.workload), end, 3000 + tier);
    }
    if (index % 6 === 2) add(end, outside("internet", "rates.example.net"), 443);
    if (index % 11 === 6) add(end, outside("metadata", "169.254.169.254"), 80);
  });
  return flows;
}

function flowOf(
  index: number,
  { from, to, port }: Pick<FlowEdge, "from" | "to" | "port">,
): FlowEdge {
  return {
    id: `flow${index}`,
    from,
    to,
    directionKnown: true,
    protocol: "tcp",
    port,
    connectionCount: 1 + (mix(index) % 4000),
    failedCount: index % 9 === 0 ? 3 : 0,
    sentBytes: mix(index + 5) % 9_000_000,
    receivedBytes: index % 4 === 0 ? null : mix(index + 6) % 90_000_000,
    seenBy: ["from", "to"],
    actors: ["service"],
    binaries: ["/usr/sbin/nginx"],
    firstSeen: timeOf(index),
    lastSeen: window.to,
    evidence: [`x${index}`],
  };
}

function contextOf(
  { workload, tier }: SampleTier,
  index: number,
  { tiers, flows }: { readonly tiers: readonly SampleTier[]; readonly flows: readonly FlowEdge[] },
): WorkloadContext {
  const isReached = tier < 9;
  const hops = isReached ? pathTo(workload, flows) : [];
  const database = tiers.find((one) => one.workload.name === "store");
  return {
    workload,
    exposure: {
      exposed: isReached ? (index % 10 === 9 ? "unknown" : "yes") : "no",
      observed: tier === 0 ? "internet" : isReached ? "same-namespace" : "never",
      allowed: tier === 0 ? "internet" : "same-namespace",
      hopCount: isReached ? tier : null,
      paths: hops.length === 0 ? [] : [{ basis: "observed", hops }],
      disagreement: "",
      ports: [],
      because: isReached ? `reached over ${tier} other workloads` : "no connection was seen",
      limits: [],
      evidence: [],
    },
    roles: [
      {
        role: roles[index % roles.length] ?? "idle",
        confidence: "high",
        because: ["it listens and answers"],
        evidence: [],
      },
    ],
    reach: {
      workloads:
        database === undefined
          ? []
          : [
              {
                workload: database.workload,
                how: "observed",
                ports: [5432],
                role: "database",
                evidence: [],
              },
            ],
      allowedCount: 12,
      internet: "observed",
      metadata: "denied",
      credentials: [
        { kind: "service-account", name: "default", rights: ["get pods"], powerful: false },
      ],
      hostAccess: [],
    },
  };
}

type Hop = WorkloadContext["exposure"]["paths"][number]["hops"][number];

function pathTo(workload: Workload, flows: readonly FlowEdge[]): readonly Hop[] {
  const into = flows.find(({ to }) => to.name === nameWorkload(workload));
  if (into === undefined) return [];
  const hop: Hop = {
    name: nameWorkload(workload),
    workload,
    port: into.port,
    by: "observed",
    flow: into.id,
  };
  const { workload: source } = into.from;
  if (source === null) {
    return [{ name: "internet", workload: null, port: 0, by: "entry", flow: "" }, hop];
  }
  return [...pathTo(source, flows), hop];
}

function coverageOf({ workload }: SampleTier, index: number): CoverageSummary {
  const isLate = index % 7 === 3;
  const from = isLate ? timeOf(index) : window.from;
  return {
    workload,
    containerId: hexOf(index, 64),
    node: `node-${index % 20}`,
    image: imageOf(workload),
    joinedBy: "digest",
    sbom: index % 13 === 5 ? "" : "all.syft.json",
    scan: "all.grype.json",
    observedFrom: from,
    observedUntil: window.to,
    fromStart: !isLate,
    sensors: ["exec", "open", "mmap", ...(index % 3 === 0 ? [] : ["network"])].map((sensor) => ({
      sensor,
      policy: sensor === "exec" ? "" : "files",
      basis: "stated" as const,
      pathPrefixes: [""],
      limits: [],
      since: from,
      until: window.to,
      eventCount: mix(index) % 5000,
    })),
    losses: index % 17 === 4 ? [{ reason: "ring-buffer", count: 12, detail: "" }] : [],
    grades: { none: 2, partial: 30, good: 200 },
    privileges: [],
  };
}

export function imageOf({ namespace, name }: Workload) {
  const seed = [...`${namespace}/${name}`].reduce((sum, one) => mix(sum + one.charCodeAt(0)), 1);
  return {
    reference: `registry.example/${namespace}/${name}:1.${seed % 9}`,
    digest: `sha256:${hexOf(seed, 64)}`,
  };
}

function proofOf(id: string, flow: FlowEdge): Evidence {
  const seed = Number(id.slice(1));
  return {
    id,
    shows: "flow",
    path: "",
    actor: "service",
    actorReason: "descends from the first process",
    sensor: "network",
    policy: "tcp",
    count: flow.connectionCount,
    execId: Buffer.from(`node-1:${mix(seed)}:${seed}`).toString("base64"),
    pid: 1 + (mix(seed) % 60_000),
    binary: "/usr/sbin/nginx",
    time: flow.firstSeen,
    node: "node-1",
    container: hexOf(seed % 50, 31),
    input: "events/tetragon.log.gz",
    offset: mix(seed) % 1_000_000_000,
  };
}
