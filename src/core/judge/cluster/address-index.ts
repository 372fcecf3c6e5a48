/**
 * Holds whose an address is: a pod's, a service's, a node's; and whether it is inside.
 * In: decoded objects with their pods and services. Out: look-up by address.
 */
import {
  type AddressBytes,
  isInNetwork,
  type Network,
  parseAddress,
  parseNetwork,
  plainAddress,
} from "../../event/ip-address.ts";
import type { ClusterObjects } from "../../inventory/cluster/cluster-objects.ts";
import { bridgeAddresses } from "../../inventory/cluster/decode-node.ts";
import type { AddressOwner, PodName } from "./cluster-view.ts";
import type { PodEntry, PodIndex } from "./pod-index.ts";
import type { ServiceEntry, ServiceIndex } from "./service-index.ts";

export interface AddressIndex {
  ownerOf(address: string): AddressOwner | undefined;
  isInside(address: string): boolean;
  /** Nodes that have it; several where each has the same bridge. */
  nodesOf(address: string): readonly string[];
  serviceOf(address: string): ServiceEntry | undefined;
  /** Of the API server: where `default/kubernetes` leads. */
  isApiServer(address: string): boolean;
}

export function indexAddresses(
  objects: ClusterObjects,
  pods: PodIndex,
  services: ServiceIndex,
): AddressIndex {
  const owners = new Map<string, AddressOwner>();
  const nodes = nodesByAddress(objects, pods);
  const serviceOf = new Map<string, ServiceEntry>();
  for (const [address, [name = ""]] of nodes) owners.set(address, { kind: "node", name });
  // Thousands of services may share one list of thousands of pods.
  const namesOf = new Map<readonly PodEntry[], readonly PodName[]>();
  for (const entry of services.entries) {
    const { namespace, name } = entry.service;
    const names = namesOf.get(entry.pods) ?? entry.pods.map(nameOf);
    namesOf.set(entry.pods, names);
    const owner = { kind: "service" as const, namespace, name, pods: names };
    for (const address of addressesOfService(entry)) {
      if (owners.has(address)) continue;
      owners.set(address, owner);
      serviceOf.set(address, entry);
    }
  }
  for (const [address, owner] of podOwners(pods)) owners.set(address, owner);
  const networks = insideNetworks(objects);
  const apiServer = services.find({ namespace: "default", name: "kubernetes" });
  const apiAddresses = new Set(
    apiServer?.endpoints.flatMap(({ targets }) => targets.map(({ address }) => address)),
  );
  return {
    ownerOf: (address) => owners.get(plainAddress(address)),
    isInside: (address) => {
      const bytes = parseAddress(address);
      if (bytes === undefined) return false;
      return owners.has(plainAddress(address)) || isInAny(bytes, networks);
    },
    nodesOf: (address) => nodes.get(plainAddress(address)) ?? [],
    serviceOf: (address) => serviceOf.get(plainAddress(address)),
    isApiServer: (address) => apiAddresses.has(plainAddress(address)),
  };
}

function addressesOfService({ service }: ServiceEntry): readonly string[] {
  const { clusterAddresses, externalAddresses, published } = service;
  return [...clusterAddresses, ...published.addresses, ...externalAddresses];
}

function nameOf({ pod }: PodEntry): PodName {
  return { namespace: pod.namespace, pod: pod.name };
}

/** A pod that ended has an address only while no other has it. */
function podOwners(pods: PodIndex): ReadonlyMap<string, AddressOwner> {
  const byAddress = new Map<string, PodEntry[]>();
  for (const entry of pods.entries) {
    for (const address of entry.pod.addresses) {
      const sharing = byAddress.get(address) ?? [];
      byAddress.set(address, sharing);
      sharing.push(entry);
    }
  }
  const owners = new Map<string, AddressOwner>();
  for (const [address, sharing] of byAddress) {
    const living = sharing.filter(({ pod }) => !pod.isFinished);
    const chosen = living.length > 0 ? living : sharing;
    const hostNetwork = chosen.some(({ pod }) => pod.hostNetwork);
    owners.set(address, { kind: "pod", pods: chosen.map(nameOf), hostNetwork });
  }
  return owners;
}

function nodesByAddress(
  objects: ClusterObjects,
  pods: PodIndex,
): ReadonlyMap<string, readonly string[]> {
  const nodes = new Map<string, string[]>();
  const add = (address: string, name: string): void => {
    const known = nodes.get(address) ?? [];
    if (!known.includes(name)) nodes.set(address, [...known, name]);
  };
  for (const { name, addresses, podNetworks } of objects.nodes) {
    for (const address of addresses) add(address, name);
    for (const address of podNetworks.flatMap(bridgeAddresses)) add(address, name);
  }
  // Without Node objects the pods tell where they are.
  for (const { pod } of pods.entries) {
    if (pod.nodeName === "") continue;
    for (const address of pod.nodeAddresses) add(address, pod.nodeName);
  }
  return nodes;
}

function insideNetworks(objects: ClusterObjects): readonly Network[] {
  const texts = [...objects.networks, ...objects.nodes.flatMap(({ podNetworks }) => podNetworks)];
  return [...new Set(texts)].map(parseNetwork).filter((network) => network !== undefined);
}

function isInAny(bytes: AddressBytes, networks: readonly Network[]): boolean {
  return networks.some((network) => isInNetwork(bytes, network));
}
