/**
 * Holds which pods are behind each service, and which of their ports a port of it leads to.
 * In: decoded objects, the pods. Out: services for look-up.
 */
import type {
  ClusterObjects,
  EndpointsObject,
  ObjectName,
  ServiceObject,
  ServicePort,
} from "../../inventory/cluster/cluster-objects.ts";
import { matchSelector } from "./match-selector.ts";
import type { PodEntry, PodIndex } from "./pod-index.ts";

export interface PodPort {
  readonly entry: PodEntry;
  /** 0 when it may be any. */
  readonly port: number;
}

export interface ServiceEntry {
  readonly service: ServiceObject;
  /** **Order**: by namespace and name. */
  readonly pods: readonly PodEntry[];
  readonly endpoints: readonly EndpointsObject[];
}

export interface ServiceIndex {
  readonly entries: readonly ServiceEntry[];
  find(name: ObjectName): ServiceEntry | undefined;
}

/** Pods that ended are behind no service. */
export function indexServices(objects: ClusterObjects, pods: PodIndex): ServiceIndex {
  const endpoints = new Map<string, EndpointsObject[]>();
  for (const one of objects.endpoints) {
    const key = keyOf({ namespace: one.namespace, name: one.service });
    const list = endpoints.get(key);
    if (list === undefined) endpoints.set(key, [one]);
    else list.push(one);
  }
  const byAddress = new Map<string, PodEntry>();
  for (const entry of pods.entries) {
    if (entry.pod.isFinished) continue;
    for (const address of entry.pod.addresses) byAddress.set(address, entry);
  }
  const byName = new Map<string, ServiceEntry>();
  const select = podSelection(pods);
  for (const service of objects.services) {
    const own = endpoints.get(keyOf(service)) ?? [];
    const selected = select(service);
    const listed = podsListed(service, own, pods, byAddress);
    byName.set(keyOf(service), {
      service,
      pods: joinPods(selected, listed, pods.inNamespace(service.namespace)),
      endpoints: own,
    });
  }
  return { entries: [...byName.values()], find: (name) => byName.get(keyOf(name)) };
}

function keyOf({ namespace, name }: ObjectName): string {
  return `${namespace}/${name}`;
}

/** By its selector. Services that ask for the same share one list: their pods may be thousands. */
function podSelection(pods: PodIndex): (service: ServiceObject) => readonly PodEntry[] {
  const known = new Map<string, readonly PodEntry[]>();
  return ({ namespace, selector }) => {
    if (selector === undefined) return [];
    const key = JSON.stringify([namespace, selector]);
    const found =
      known.get(key) ??
      pods
        .inNamespace(namespace)
        .filter(({ pod, label }) => !pod.isFinished && matchSelector(selector, label) === true);
    known.set(key, found);
    return found;
  };
}

/** By endpoints, which other programs may write. */
function podsListed(
  { namespace }: ServiceObject,
  endpoints: readonly EndpointsObject[],
  pods: PodIndex,
  byAddress: ReadonlyMap<string, PodEntry>,
): ReadonlySet<PodEntry> {
  const listed = new Set<PodEntry>();
  for (const { address, pod } of endpoints.flatMap(({ targets }) => targets)) {
    const found = byAddress.get(address);
    const isHost = found?.pod.hostNetwork === true;
    const entry = pod === "" && !isHost ? found : pods.find({ namespace, pod });
    const isBehind = entry?.pod.isFinished === false && entry.pod.namespace === namespace;
    if (entry !== undefined && isBehind) listed.add(entry);
  }
  return listed;
}

/** **Order**: as the pods of the namespace. Where endpoints add nothing the list stays shared. */
function joinPods(
  selected: readonly PodEntry[],
  listed: ReadonlySet<PodEntry>,
  all: readonly PodEntry[],
): readonly PodEntry[] {
  if (listed.size === 0) return selected;
  const behind = new Set([...selected, ...listed]);
  return behind.size === selected.length ? selected : all.filter((entry) => behind.has(entry));
}

/** `port`: of the service, by number or name; 0 for all of them. */
export function targetsOf(service: ServiceEntry, port: number | string): readonly PodPort[] {
  const ports = service.service.ports.filter(
    (one) => port === 0 || one.port === port || one.name === port,
  );
  // Routes of OpenShift name the port of the pod.
  const known =
    ports.length > 0 ? ports : service.service.ports.filter(({ target }) => target === port);
  return known.flatMap((one) => targetsOfPort(service, one));
}

/** The port of each pod behind it that a port of the service leads to. */
export function targetsOfPort(
  { pods, endpoints }: ServiceEntry,
  port: ServicePort,
): readonly PodPort[] {
  const listed = endpoints
    .flatMap(({ ports }) => ports)
    .find(({ name, protocol }) => name === port.name && protocol === port.protocol);
  return pods.map((entry) => ({ entry, port: resolve(entry, port) ?? listed?.port ?? 0 }));
}

function resolve({ pod }: PodEntry, { target, protocol }: ServicePort): number | undefined {
  if (typeof target === "number") return target;
  const ports = pod.containers.flatMap((container) => container.ports);
  return ports.find((one) => one.name === target && one.protocol === protocol)?.port;
}
