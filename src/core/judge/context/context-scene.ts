/**
 * Holds the scene in which contexts are judged: every workload that was seen or talked to, with its
 * containers, pods and listening ports, and which of them each flow leaves and enters.
 * In: judged containers, edges, listening ports, objects. Out: places and links between them.
 * Must never give a port of one container to another that shares its address.
 */
import { compareText } from "../../event/compare-text.ts";
import type { ContainerKey, Workload } from "../../observe/fact.ts";
import type { ClusterView, PodName, PodView } from "../cluster/cluster-view.ts";
import type { FlowEdge, FlowEnd } from "../flows/flow-edge.ts";
import type { JudgedContainer } from "../judge-container.ts";
import { workloadKey } from "../workload-key.ts";
import type { ListeningPort } from "./workload-context.ts";

export interface Place {
  readonly key: string;
  readonly workload: Workload;
  readonly isHost: boolean;
  /** Empty for a workload that is only known as the far end of a flow, and for hosts. */
  readonly containers: readonly JudgedContainer[];
  readonly pods: readonly PodName[];
  /** What objects say of those pods; empty without objects. */
  readonly views: readonly PodView[];
  /** **Order**: by port, protocol, address. */
  readonly ports: readonly ListeningPort[];
}

/** An edge, with the places that it leaves and enters where these are workloads. */
export interface Link {
  readonly edge: FlowEdge;
  readonly from: Place | undefined;
  readonly to: Place | undefined;
}

export interface Scene {
  readonly cluster: ClusterView;
  /** **Order**: by workload. */
  readonly places: readonly Place[];
  /** **Order**: of the edges. */
  readonly links: readonly Link[];
  /** Connections that others opened to it. */
  linksInto(place: Place): readonly Link[];
  /** Connections that it opened. */
  linksOutOf(place: Place): readonly Link[];
  /** Other containers of its pods: they share its addresses. */
  siblingsOf(place: Place): readonly Place[];
  placesOfPod(pod: PodName): readonly Place[];
}

export interface SceneOptions {
  readonly containers: readonly JudgedContainer[];
  /** Workloads of kind `Host` that something is known of, by the key of their sockets. */
  readonly hosts: ReadonlyMap<ContainerKey, Workload>;
  readonly edges: readonly FlowEdge[];
  readonly portsOf: (container: ContainerKey) => readonly ListeningPort[];
  readonly cluster: ClusterView;
}

/** **Cost**: linear in containers and edges, but for sorting. */
export function createScene(options: SceneOptions): Scene {
  const { edges, cluster } = options;
  const places = listPlaces(options);
  const index = indexPlaces(places);
  const resolve = createResolver(index, cluster);
  const links = edges.map((edge): Link => {
    const from = resolve(edge.from, 0, undefined);
    return { edge, from, to: resolve(edge.to, edge.port, from) };
  });
  const into = Map.groupBy(links, ({ to }) => to);
  const outOf = Map.groupBy(links, ({ from }) => from);
  return {
    cluster,
    places,
    links,
    linksInto: (place) => into.get(place) ?? [],
    linksOutOf: (place) => outOf.get(place) ?? [],
    siblingsOf: (place) => siblingsOf(place, index),
    placesOfPod: (pod) => index.byPod.get(podKey(pod)) ?? [],
  };
}

/** Whether its own processes were watched: it gets a context. */
export function isWatched({ containers, isHost }: Place): boolean {
  return containers.length > 0 || isHost;
}

/** Whether it listens on the port where others can reach it. */
export function listensOn({ ports }: Place, port: number): boolean {
  return ports.some((one) => one.port === port);
}

function listPlaces({ containers, hosts, edges, portsOf, cluster }: SceneOptions): Place[] {
  const found = new Map<string, { workload: Workload; containers: JudgedContainer[] }>();
  const add = (workload: Workload) => {
    const key = workloadKey(workload);
    const known = found.get(key) ?? { workload, containers: [] };
    found.set(key, known);
    return known;
  };
  const socketsOfHost = new Map<string, ContainerKey>();
  for (const [container, workload] of hosts) {
    add(workload);
    socketsOfHost.set(workloadKey(workload), container);
  }
  for (const container of containers) add(container.join.workload).containers.push(container);
  for (const { from, to } of edges) {
    for (const { workload } of [from, to]) if (workload !== null) add(workload);
  }
  return [...found]
    .sort(([a], [b]) => compareText(a, b))
    .map(([key, one]) => {
      const host = socketsOfHost.get(key);
      const keys = new Set(one.containers.map(({ join }) => join.container.container));
      if (host !== undefined) keys.add(host);
      const pods = podsOf(one.workload, one.containers);
      const views = pods.map((pod) => cluster.pod(pod)).filter((view) => view !== undefined);
      const ports = mergePorts([...keys].flatMap((container) => portsOf(container)));
      return { key, ...one, isHost: one.workload.kind === "Host", pods, views, ports };
    });
}

/** A workload that nobody owns is its pod. */
function podsOf(workload: Workload, containers: readonly JudgedContainer[]): readonly PodName[] {
  const { namespace, kind, name } = workload;
  if (containers.length === 0) return kind === "Pod" ? [{ namespace, pod: name }] : [];
  const pods = new Set(
    containers
      .map(({ join }) => join.container.pod || join.identity?.pod || "")
      .filter((pod) => pod !== ""),
  );
  return [...pods].sort(compareText).map((pod) => ({ namespace, pod }));
}

const binaryCountMax = 4;
const evidenceCountMax = 3;

/** Replicas listen on the same ports. */
function mergePorts(ports: readonly ListeningPort[]): readonly ListeningPort[] {
  const groups = Map.groupBy(ports, ({ protocol, address, port }) =>
    [protocol, address, port].join(" "),
  );
  return [...groups.values()]
    .flatMap(([first, ...others]) => (first === undefined ? [] : [mergePort(first, others)]))
    .sort(
      (a, b) =>
        a.port - b.port || compareText(a.protocol, b.protocol) || compareText(a.address, b.address),
    );
}

function mergePort(first: ListeningPort, others: readonly ListeningPort[]): ListeningPort {
  if (others.length === 0) return first;
  const all = [first, ...others];
  const binaries = [...new Set(all.flatMap((one) => one.binaries))].sort(compareText);
  const evidence = [...new Set(all.flatMap((one) => one.evidence))];
  return {
    ...first,
    binaries: binaries.slice(0, binaryCountMax),
    evidence: evidence.slice(0, evidenceCountMax),
  };
}

interface PlaceIndex {
  readonly byKey: ReadonlyMap<string, Place>;
  /** Containers of one owner. */
  readonly byOwner: ReadonlyMap<string, readonly Place[]>;
  readonly byPod: ReadonlyMap<string, readonly Place[]>;
  /** Nodes by name. */
  readonly hosts: ReadonlyMap<string, Place>;
}

function indexPlaces(places: readonly Place[]): PlaceIndex {
  const byPod = new Map<string, Place[]>();
  for (const place of places) {
    for (const pod of place.pods) {
      const key = podKey(pod);
      const known = byPod.get(key);
      if (known === undefined) byPod.set(key, [place]);
      else known.push(place);
    }
  }
  return {
    byKey: new Map(places.map((place) => [place.key, place])),
    byOwner: Map.groupBy(places, ({ workload }) => ownerKey(workload)),
    byPod,
    hosts: new Map(places.filter(({ isHost }) => isHost).map((one) => [one.workload.name, one])),
  };
}

function ownerKey({ cluster, namespace, kind, name }: Workload): string {
  return JSON.stringify([cluster, namespace, kind, name]);
}

function podKey({ namespace, pod }: PodName): string {
  return JSON.stringify([namespace, pod]);
}

/** Containers that share a network namespace are those of one owner with a pod in common. */
function siblingsOf(place: Place, { byOwner }: PlaceIndex): readonly Place[] {
  if (place.pods.length === 0) return [];
  const own = new Set(place.pods.map(podKey));
  const same = byOwner.get(ownerKey(place.workload)) ?? [];
  return same.filter((one) => one !== place && one.pods.some((pod) => own.has(podKey(pod))));
}

type Resolver = (end: FlowEnd, port: number, peer: Place | undefined) => Place | undefined;

/**
 * The workload behind an end: of a pod with several containers the one that listens on the port, of
 * a service's address the one behind it if there is just one, of loopback the container of the same
 * pod that listens there. `port` 0: the end opened the connection.
 */
function createResolver(index: PlaceIndex, cluster: ClusterView): Resolver {
  return (end, port, peer) => {
    if (end.workload !== null) {
      const place = index.byKey.get(workloadKey(end.workload));
      return place === undefined || port === 0 ? place : listenerOf(place, port, index);
    }
    if (end.kind === "node") return index.hosts.get(end.name);
    if (end.kind === "loopback" && peer !== undefined && !listensOn(peer, port)) {
      return siblingsOf(peer, index).find((one) => listensOn(one, port)) ?? peer;
    }
    if (end.kind === "loopback") return peer;
    if (end.kind !== "service" || port === 0) return undefined;
    const owner = cluster.ownerOf(end.address);
    if (owner?.kind !== "service") return undefined;
    const behind = new Set(owner.pods.flatMap((pod) => index.byPod.get(podKey(pod)) ?? []));
    const listening = [...behind].filter(({ ports }) => ports.length > 0);
    const candidates = listening.length > 0 ? listening : [...behind];
    return candidates.length === 1 ? candidates[0] : undefined;
  };
}

function listenerOf(place: Place, port: number, index: PlaceIndex): Place {
  if (listensOn(place, port)) return place;
  const own = ownerKey(place.workload);
  const others = place.pods.length > 0 ? siblingsOf(place, index) : (index.byOwner.get(own) ?? []);
  const listeners = others.filter((one) => one !== place && listensOn(one, port));
  if (listeners.length === 1 && listeners[0] !== undefined) return listeners[0];
  if (listeners.length > 1 || place.containers.length > 0) return place;
  // Only the pod was known: where nothing listens visibly, its objects say whose port it is.
  const declaring = others.filter((one) => declares(one, port));
  return (declaring.length === 1 ? declaring[0] : undefined) ?? soleContainer(others) ?? place;
}

function declares({ workload, views }: Place, port: number): boolean {
  return views.some(({ ports }) =>
    ports.some((one) => one.container === workload.container && one.port === port),
  );
}

function soleContainer(places: readonly Place[]): Place | undefined {
  const own = places.filter(({ containers }) => containers.length > 0);
  return own.length === 1 ? own[0] : undefined;
}
