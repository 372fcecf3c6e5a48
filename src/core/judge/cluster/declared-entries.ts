/**
 * Holds the ways into pods from outside of the cluster that objects declare.
 * In: services, routes, gateways, ports of nodes. Out: entries by pod, each with its chain.
 * Must never call a way private only because nobody told where it leads from.
 */
import {
  classifyAddress,
  isInternetAddress,
  parseAddress,
  parseNetwork,
} from "../../event/ip-address.ts";
import type {
  ClusterObjects,
  PublishedAt,
  ServicePort,
} from "../../inventory/cluster/cluster-objects.ts";
import type { DeclaredEntry } from "./cluster-view.ts";
import type { PodEntry, PodIndex } from "./pod-index.ts";
import { type ServiceEntry, type ServiceIndex, targetsOfPort } from "./service-index.ts";

type Origin = DeclaredEntry["from"];

/** **Unit**: entries of one pod from one origin: one is enough to prove it. */
const entryCountMax = 64;

type Entries = ReadonlyMap<Origin, Map<string, DeclaredEntry>>;

/** Collects entries by pod, each once. */
export class EntryBook {
  private readonly byPod = new Map<PodEntry, Entries>();
  private readonly full = new Map<readonly PodEntry[], Set<Origin>>();

  add(pod: PodEntry, entry: DeclaredEntry): void {
    const known: Entries =
      this.byPod.get(pod) ??
      new Map([
        ["internet", new Map()],
        ["outside-cluster", new Map()],
      ]);
    this.byPod.set(pod, known);
    const list = known.get(entry.from);
    if (list !== undefined && list.size < entryCountMax) list.set(JSON.stringify(entry), entry);
  }

  /** Whether none of these pods takes one more: routes and services may each have thousands. */
  isFull(pods: readonly PodEntry[], from: Origin): boolean {
    const known = this.full.get(pods) ?? new Set();
    if (known.has(from)) return true;
    const isFull = pods.every(
      (pod) => (this.byPod.get(pod)?.get(from)?.size ?? 0) >= entryCountMax,
    );
    if (isFull) this.full.set(pods, known.add(from));
    return isFull;
  }

  /** **Order**: from the internet first, then as declared: services, ports of nodes, routes. */
  of(pod: PodEntry): readonly DeclaredEntry[] {
    return [...(this.byPod.get(pod)?.values() ?? [])].flatMap((list) => [...list.values()]);
  }
}

function originOfAddresses(addresses: readonly string[]): Origin {
  return addresses.some(isInternetAddress) ? "internet" : "outside-cluster";
}

/** undefined: its status does not tell. An address that is public is, whatever was asked for. */
export function originOf(published: PublishedAt): Origin | undefined {
  if (published.addresses.some(isInternetAddress)) return "internet";
  if (published.isInternal) return "outside-cluster";
  if (published.hosts.length > 0) return "internet";
  return published.addresses.length > 0 ? "outside-cluster" : undefined;
}

/** What networks leave of an origin, and that in words. */
export function narrow(
  from: Origin,
  ranges: readonly string[],
): Pick<DeclaredEntry, "from" | "narrowedBy"> {
  const networks = ranges.map(parseNetwork);
  const isOpen = networks.some(
    (network) => network !== undefined && (network.length === 0 || network.length === 96),
  );
  if (ranges.length === 0 || isOpen) return { from, narrowedBy: "" };
  const shown = ranges.slice(0, 4).join(", ");
  const more = ranges.length > 4 ? ` and ${ranges.length - 4} more` : "";
  const isPrivate = networks.every(
    (network) => network !== undefined && classifyAddress(network.bytes) !== "internet",
  );
  return {
    from: isPrivate ? "outside-cluster" : from,
    narrowedBy: `source ranges ${shown}${more}`,
  };
}

export function joinReasons(...reasons: readonly string[]): string {
  return reasons.filter((reason) => reason !== "").join("; ");
}

/** Of services and of ports that are opened on nodes. */
export function addDirectEntries(
  objects: ClusterObjects,
  pods: PodIndex,
  services: ServiceIndex,
  book: EntryBook,
): void {
  const nodes = new Map(objects.nodes.map(({ name, addresses }) => [name, addresses]));
  const nodeAddresses = (list: readonly PodEntry[]): readonly string[] =>
    list.flatMap(({ pod }) => [...(nodes.get(pod.nodeName) ?? []), ...pod.nodeAddresses]);
  const everyNode = [...nodes.values()].flat();
  const entryNodes = everyNode.length > 0 ? everyNode : nodeAddresses(pods.entries);
  const fromAnyNode = originOfAddresses(entryNodes);
  for (const service of services.entries) {
    const { isLocal } = service.service;
    const from = isLocal ? originOfAddresses(nodeAddresses(service.pods)) : fromAnyNode;
    addServiceEntries(service, from, book);
  }
  for (const entry of pods.entries) {
    if (entry.pod.isFinished) continue;
    addNodePorts(entry, originOfAddresses(nodeAddresses([entry])), book);
  }
}

function addServiceEntries(entry: ServiceEntry, fromNodes: Origin, book: EntryBook): void {
  const { service } = entry;
  const via = [`Service ${service.namespace}/${service.name}`];
  for (const port of service.ports) {
    const ways: Omit<DeclaredEntry, "via" | "port">[] = [];
    if (service.type === "LoadBalancer") ways.push(balancerOf(entry));
    if (service.externalAddresses.length > 0) {
      const from = originOfAddresses(service.externalAddresses);
      ways.push({ from, kind: "ExternalIP", narrowedBy: "" });
    }
    if (hasNodePort(service.type, port)) {
      ways.push({
        from: fromNodes,
        kind: "NodePort",
        narrowedBy: nodePortReason(entry, fromNodes),
      });
    }
    const open = ways.filter(({ from }) => !book.isFull(entry.pods, from));
    for (const target of open.length === 0 ? [] : targetsOfPort(entry, port)) {
      for (const way of open) book.add(target.entry, { ...way, via, port: target.port });
    }
  }
}

function hasNodePort(type: string, port: ServicePort): boolean {
  return port.nodePort > 0 && (type === "NodePort" || type === "LoadBalancer");
}

/** Opened by itself where a load balancer was asked for, which is the way that is meant. */
function nodePortReason({ service }: ServiceEntry, fromNodes: Origin): string {
  const isServed = service.type === "LoadBalancer" && originOf(service.published) !== undefined;
  return isServed && fromNodes !== "internet" ? "meant for its load balancer alone" : "";
}

function balancerOf({ service }: ServiceEntry): Omit<DeclaredEntry, "via" | "port"> {
  const { published, sourceRanges } = service;
  const told = originOf(published);
  const { from, narrowedBy } = narrow(told ?? "outside-cluster", sourceRanges);
  const isInternal = published.isInternal && told === "outside-cluster";
  const reason = isInternal ? "internal load balancer" : "";
  const pending = told === undefined ? "no address is assigned to it" : "";
  return { from, kind: "LoadBalancer", narrowedBy: joinReasons(reason, pending, narrowedBy) };
}

function addNodePorts(entry: PodEntry, from: Origin, book: EntryBook): void {
  const { pod } = entry;
  const ports = pod.containers.flatMap((container) => container.ports);
  const add = (kind: string, port: number, origin: Origin) =>
    book.add(entry, { from: origin, kind, via: [], port, narrowedBy: "" });
  if (pod.hostNetwork) {
    for (const { port } of ports) add("HostNetwork", port, from);
    if (ports.length === 0) add("HostNetwork", 0, from);
    return;
  }
  for (const { port, hostPort, hostAddress } of ports) {
    if (hostPort === 0) continue;
    const bytes = parseAddress(hostAddress);
    const bound = bytes === undefined ? "unspecified" : classifyAddress(bytes);
    if (bound === "loopback") continue;
    const isEverywhere = bound === "unspecified" || bound === "internet";
    add("HostPort", port, isEverywhere ? from : "outside-cluster");
  }
}
