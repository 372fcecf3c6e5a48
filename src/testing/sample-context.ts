/**
 * Holds small made-up clusters for tests of context: containers, flows, listening ports, objects.
 * In: what a test cares about, workloads as `namespace/name` or `namespace/name/container`.
 * Out: scenes and what is judged of them. Nothing here is taken from a recording.
 */
import type {
  ClusterView,
  DeclaredEntry,
  PodName,
  PodView,
  PolicyEnd,
} from "../core/judge/cluster/cluster-view.ts";
import { createScene, type Scene } from "../core/judge/context/context-scene.ts";
import { judgeScene } from "../core/judge/context/judge-scene.ts";
import type {
  Contradiction,
  ListeningPort,
  RoleName,
  WorkloadContext,
} from "../core/judge/context/workload-context.ts";
import { EvidenceBook } from "../core/judge/evidence-book.ts";
import type { FlowEdge, FlowEnd, FlowEndKind } from "../core/judge/flows/flow-edge.ts";
import type { JudgedContainer } from "../core/judge/judge-container.ts";
import type { Workload } from "../core/observe/fact.ts";
import { FactSet } from "../core/observe/fact-set.ts";
import { sampleContainerFact, sampleCoverage, sampleStartUs } from "./sample-facts.ts";

/** `shop/api` is a Deployment of that name; `batch/nightly CronJob` of another kind. */
export function parseWorkload(text: string): Workload {
  const [path = "", kind = "Deployment"] = text.split(" ");
  const [namespace = "", name = "", container = name] = path.split("/");
  return { cluster: "", namespace, kind, name, container };
}

export function sampleHost(name = "node-1"): Workload {
  return { cluster: "", namespace: "", kind: "Host", name, container: "" };
}

const noUsages: JudgedContainer["usages"] = new Map();

/** One container of the workload's pod `NAME-1`, watched for an hour from its start. */
export function sampleJudged(
  text: string,
  given: Partial<JudgedContainer> = {},
  fact: Parameters<typeof sampleContainerFact>[0] = {},
): JudgedContainer {
  const workload = parseWorkload(text);
  const container = sampleContainerFact({
    container: text,
    namespace: workload.namespace,
    pod: `${workload.name}-1`,
    workload: workload.name,
    workloadKind: workload.kind,
    containerName: workload.container,
    ...fact,
  });
  const image = { reference: "", digest: "" };
  const join: JudgedContainer["join"] = {
    ...{ container, identity: undefined, workload, image, sbom: undefined, scan: undefined },
    ...{ by: "none", note: "" },
  };
  return {
    join,
    usages: noUsages,
    blanks: new Set(),
    privileges: [],
    privileged: false,
    contradictions: [],
    observedUs: 3600e6,
    summary: {
      workload,
      containerId: container.containerId,
      node: container.node,
      image,
      joinedBy: "none",
      ...{ sbom: "", scan: "", observedFrom: null, observedUntil: null, fromStart: true },
      ...{ sensors: [], losses: [], grades: { none: 0, partial: 0, good: 0 }, privileges: [] },
    },
    ...given,
  };
}

/** An end of another kind than workload: `internet 203.0.113.9`. */
function sampleEnd(text: string | Workload): FlowEnd {
  if (typeof text !== "string") {
    const name = `${text.namespace}/${text.name}`;
    return { kind: "workload", workload: text, name, address: "", namedBy: "container" };
  }
  if (text.includes("/")) return sampleEnd(parseWorkload(text));
  const [kind = "", address = ""] = text.split(" ");
  const name = address === "" ? kind : address;
  return { kind: kind as FlowEndKind, workload: null, name, address, namedBy: "address" };
}

/** Ten connections of the workloads' own processes that both ends saw. */
export function sampleEdge(
  from: string | Workload,
  to: string | Workload,
  port: number,
  given: Partial<FlowEdge> = {},
): FlowEdge {
  const ends = { from: sampleEnd(from), to: sampleEnd(to) };
  const id = `${ends.from.name} ${ends.to.name} ${port}`;
  const seenBy = [
    ...(ends.from.workload === null ? [] : (["from"] as const)),
    ...(ends.to.workload === null ? [] : (["to"] as const)),
  ];
  return {
    ...{ id, ...ends, directionKnown: true, protocol: "tcp", port },
    ...{ connectionCount: 10, failedCount: 0, sentBytes: 100, receivedBytes: 100, seenBy },
    ...{ actors: ["service"], binaries: [], firstSeen: null, lastSeen: null },
    evidence: [`proof of ${id}`],
    ...given,
  };
}

export function samplePort(
  port: number,
  binary: string,
  given: Partial<ListeningPort> = {},
): ListeningPort {
  const evidence = [`proof of ${port}`];
  return { port, protocol: "tcp", address: "0.0.0.0", binaries: [binary], evidence, ...given };
}

export interface ClusterSketch {
  /** Pods by `namespace/pod`. */
  readonly pods?: Readonly<Record<string, Partial<PodView>>>;
  readonly entries?: Readonly<Record<string, readonly Partial<DeclaredEntry>[]>>;
  /** What is denied; everything else is allowed, by no policy. */
  readonly denies?: (from: string, to: string, port: number) => string | undefined;
  readonly given?: Partial<ClusterView>;
}

function endText(end: PolicyEnd): string {
  return end.kind === "pod" ? `${end.namespace}/${end.pod}` : end.address;
}

export function sampleCluster(sketch: ClusterSketch): ClusterView {
  const { pods = {}, entries = {}, denies } = sketch;
  const views = new Map(
    Object.entries(pods).map(([key, given]): [string, PodView] => {
      const [namespace = "", pod = ""] = key.split("/");
      const plain = { labels: new Map<string, string>(), serviceAccount: "", isFinished: false };
      const place = { nodeName: "node-1", hostNetwork: false, addresses: [], ports: [] };
      return [key, { namespace, pod, ...plain, ...place, images: new Map(), ...given }];
    }),
  );
  const keyOf = ({ namespace, pod }: PodName) => `${namespace}/${pod}`;
  return {
    isKnown: true,
    hasPolicies: true,
    hasServices: true,
    hasRoutes: true,
    policyAddresses: [],
    pod: (name) => views.get(keyOf(name)),
    pods: () => [...views.values()],
    ownerOf: () => undefined,
    isInside: (address) => address.startsWith("10.42."),
    entriesOf: (name) =>
      (entries[keyOf(name)] ?? []).map((given): DeclaredEntry => {
        const via = ["Service web/front"];
        return { from: "internet", kind: "LoadBalancer", via, port: 0, narrowedBy: "", ...given };
      }),
    canReach: ({ from, to, port }) => {
      const policy = denies?.(endText(from), endText(to), port);
      return policy === undefined
        ? { allowed: true, policies: [] }
        : { allowed: false, policies: [policy] };
    },
    targetPort: () => 0,
    credentialsOf: () => [],
    ...sketch.given,
  };
}

/** No objects were given. */
export const noCluster: ClusterView = sampleCluster({
  given: {
    isKnown: false,
    hasPolicies: false,
    hasServices: false,
    hasRoutes: false,
    isInside: () => false,
    canReach: () => ({ allowed: undefined, policies: [] }),
  },
});

export interface SceneSketch {
  readonly containers: readonly JudgedContainer[];
  readonly edges?: readonly FlowEdge[];
  /** By workload as text, or `host`. */
  readonly ports?: Readonly<Record<string, readonly ListeningPort[]>>;
  readonly cluster?: ClusterView;
  readonly facts?: FactSet;
  readonly roles?: ReadonlyMap<string, readonly RoleName[]>;
}

/** Facts of a node whose network was watched from before to after the containers. */
export function networkFacts(): FactSet {
  const facts = new FactSet();
  const untilUs = sampleStartUs + 3700e6;
  facts.add(sampleCoverage({ sensor: "network", policy: "tcp", untilUs }));
  return facts;
}

export function sampleScene(sketch: SceneSketch): Scene {
  const { containers, edges = [], ports = {}, cluster = noCluster } = sketch;
  const hosts = new Map(Object.hasOwn(ports, "host") ? [["host", sampleHost()]] : []);
  return createScene({ containers, hosts, edges, cluster, portsOf: (key) => ports[key] ?? [] });
}

export interface SampleContexts {
  /** By `name`, or `name/container` where a pod has several. */
  readonly of: (name: string) => WorkloadContext;
  readonly workloads: readonly WorkloadContext[];
  readonly contradictions: readonly Contradiction[];
}

export function sampleContexts(sketch: SceneSketch): SampleContexts {
  const { facts = networkFacts(), roles = new Map<string, readonly RoleName[]>() } = sketch;
  const evidence = new EvidenceBook(["events.jsonl"]);
  const judged = judgeScene({ scene: sampleScene(sketch), facts, roles, evidence });
  const of = (name: string): WorkloadContext => {
    const found = judged.workloads.find(
      ({ workload }) => name === workload.name || name === `${workload.name}/${workload.container}`,
    );
    if (found === undefined) throw new Error(`no context of ${name}`);
    return found;
  };
  return { of, ...judged };
}
