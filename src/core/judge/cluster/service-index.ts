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
    endpoints.set(key, [...(endpoints.get(key) ?? []), one]);
  }
  const byAddress = new Map<string, PodEntry>();
  for (const entry of pods.entries) {
    if (entry.pod.isFinished) continue;
    for (const address of entry.pod.addresses) byAddress.set(address, entry);
  }
  const byName = new Map<string, ServiceEntry>();
  for (const service of objects.services) {
    const own = endpoints.get(keyOf(service)) ?? [];
    const found = new Set(podsBehind(service, own, pods, byAddress));
    byName.set(keyOf(service), {
      service,
      pods: pods.inNamespace(service.namespace).filter((entry) => found.has(entry)),
      endpoints: own,
    });
  }
  return { entries: [...byName.values()], find: (name) => byName.get(keyOf(name)) };
}

function keyOf({ namespace, name }: ObjectName): string {
  return `${namespace}/${name}`;
}

/** By its selector, and by endpoints, which other programs may write. */
function podsBehind(
  { namespace, selector }: ServiceObject,
  endpoints: readonly EndpointsObject[],
  pods: PodIndex,
  byAddress: ReadonlyMap<string, PodEntry>,
): readonly PodEntry[] {
  const selected =
    selector === undefined
      ? []
      : pods.inNamespace(namespace).filter(({ label }) => matchSelector(selector, label) === true);
  const targets = endpoints.flatMap(({ targets: list }) =>
    list.map(({ address, pod }) => {
      const found = byAddress.get(address);
      const isHost = found?.pod.hostNetwork === true;
      return pod === "" && !isHost ? found : pods.find({ namespace, pod });
    }),
  );
  return [...selected, ...targets.filter((entry) => entry !== undefined)].filter(
    ({ pod }) => !pod.isFinished && pod.namespace === namespace,
  );
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
