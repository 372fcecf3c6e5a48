/**
 * Holds the decoding of nodes, namespaces and networks: what is inside of the cluster.
 * In: parsed objects. Out: addresses and networks of nodes, labels of namespaces.
 */
import { addressText, parseNetwork } from "../../event/ip-address.ts";
import type { Faults, JsonObject } from "../json-value.ts";
import { readObject, readText } from "../json-value.ts";
import type { NamespaceObject, NodeObject } from "./cluster-objects.ts";
import {
  addressesOf,
  readFieldTexts,
  readLabels,
  readMetadata,
  readNames,
  readObjectName,
} from "./object-parts.ts";

/** **Source**: documentation of Calico, Cilium and Flannel: the node's side of the pod network. */
const innerAddressMarks = [
  "projectcalico.org/IPv4IPIPTunnelAddr",
  "projectcalico.org/IPv4VXLANTunnelAddr",
  "projectcalico.org/IPv6VXLANTunnelAddr",
  "io.cilium.network.ipv4-cilium-host",
  "network.cilium.io/ipv4-cilium-host",
  "network.cilium.io/ipv6-cilium-host",
  "flannel.alpha.coreos.com/public-ip",
];

/** Addresses are its own and those by which pods see it; names of hosts are left out. */
export function decodeNode(node: JsonObject, faults: Faults): NodeObject | undefined {
  const name = readObjectName(node, faults);
  if (name === undefined) return undefined;
  const spec = readObject(node, "spec", faults) ?? {};
  const status = readObject(node, "status", faults) ?? {};
  const annotations = readObject(readMetadata(node, faults), "annotations", faults) ?? {};
  const networks = new Set([
    readText(spec, "podCIDR", faults),
    ...readNames(spec, "podCIDRs", faults),
  ]);
  networks.delete("");
  return {
    name: name.name,
    addresses: addressesOf([
      ...readFieldTexts(status, "addresses", "address", faults),
      ...innerAddressMarks.map((key) => readText(annotations, key, { first: undefined })),
    ]),
    podNetworks: [...networks],
  };
}

/**
 * The addresses by which pods of a bridged network see their node: the first of it, and the
 * network's own number, which tunnels take.
 */
export function bridgeAddresses(podNetwork: string): readonly string[] {
  const network = parseNetwork(podNetwork);
  if (network === undefined || network.length > 126) return [];
  const next = Uint8Array.from(network.bytes);
  next[15] = (next[15] ?? 0) | 1;
  return [addressText(network.bytes), addressText(next)];
}

export function decodeNamespace(object: JsonObject, faults: Faults): NamespaceObject | undefined {
  const name = readObjectName(object, faults);
  if (name === undefined) return undefined;
  return { name: name.name, labels: readLabels(readMetadata(object, faults), "labels", faults) };
}

/** `ServiceCIDR` of Kubernetes, `IPPool` of Calico, `CiliumNode`. */
export function decodeNetworks(object: JsonObject, faults: Faults): readonly string[] {
  const spec = readObject(object, "spec", faults) ?? {};
  const ipam = readObject(spec, "ipam", faults) ?? {};
  return [
    ...readNames(spec, "cidrs", faults),
    ...readNames(spec, "cidr", faults),
    ...readNames(ipam, "podCIDRs", faults),
  ].filter((text) => parseNetwork(text) !== undefined);
}
