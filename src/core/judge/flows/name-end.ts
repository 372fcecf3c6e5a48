/**
 * Holds how an address becomes an end with a name: a workload, a service, a node, or what its
 * number says.
 * In: an address with what is known of the flow, who has it, objects, names. Out: an end.
 * Must never choose one of several owners.
 */
import {
  classifyAddress,
  isInNetwork,
  type Network,
  parseAddress,
  parseNetwork,
} from "../../event/ip-address.ts";
import { isHostKey } from "../../observe/container-key.ts";
import type { ContainerKey, Workload } from "../../observe/fact.ts";
import type { AddressOwner, ClusterView, PodName } from "../cluster/cluster-view.ts";
import { workloadKey } from "../workload-key.ts";
import type { AddressBook, EndQuestion } from "./address-book.ts";
import type { FlowEnd, FlowEndKind } from "./flow-edge.ts";

/** A container that was watched, under the names that joins gave it. */
export interface KnownContainer extends PodName {
  readonly key: ContainerKey;
  readonly workload: Workload;
}

export interface NamingOptions {
  readonly book: AddressBook;
  readonly containers: ReadonlyMap<ContainerKey, KnownContainer>;
  readonly cluster: ClusterView;
  readonly addressNames: ReadonlyMap<string, string>;
}

export type NameEnd = (question: EndQuestion, hostNames: readonly string[]) => FlowEnd;

/** **Cost**: pods of containers are indexed once; each question is a few lookups. */
export function endNamer(options: NamingOptions): NameEnd {
  const { book, containers, cluster } = options;
  const byPod = Map.groupBy(containers.values(), podKey);
  const configured = readNames(options.addressNames);
  return (question, hostNames) => {
    const { address } = question;
    const holders = book.holders(question);
    const own = oneEnd(holders.map((key) => endOfContainer(key, containers, "container")));
    if (own !== undefined) return { ...own, address: own.kind === "node" ? address : "" };
    const owner = cluster.ownerOf(address);
    const declared = owner && endOfOwner(owner, question, { book, byPod, cluster });
    return declared ?? endOfAddress(address, { configured, hostNames });
  };
}

export function endOfContainer(
  key: ContainerKey,
  containers: ReadonlyMap<ContainerKey, KnownContainer>,
  namedBy: string,
): FlowEnd {
  if (isHostKey(key)) return endOfNode(key.slice(key.indexOf(":") + 1) || "host");
  const known = containers.get(key)?.workload;
  const name = key.slice(0, 12);
  const nameless = { cluster: "", namespace: "", kind: "Container", name, container: name };
  return endOfWorkload(known ?? nameless, namedBy);
}

function endOfWorkload(workload: Workload, namedBy: string): FlowEnd {
  const { namespace, name, container } = workload;
  const owner = namespace === "" ? name : `${namespace}/${name}`;
  const shown = container === "" || container === name ? owner : `${owner}/${container}`;
  return { kind: "workload", workload, name: shown, address: "", namedBy };
}

function endOfNode(name: string, address = ""): FlowEnd {
  return { kind: "node", workload: null, name, address, namedBy: "node" };
}

/** Undefined when there is none, or when they differ. */
function oneEnd(ends: readonly FlowEnd[]): FlowEnd | undefined {
  const [first, ...rest] = ends;
  return first !== undefined && rest.every((one) => endKey(one) === endKey(first))
    ? first
    : undefined;
}

/** Equal for ends that are the same thing, whatever told their names. */
export function endKey({ kind, workload, name, address }: FlowEnd): string {
  if (workload !== null) return `${kind} ${workloadKey(workload)}`;
  const isNamed = kind === "node" || kind === "service" || kind === "others";
  return `${kind} ${isNamed || address === "" ? name : address}`;
}

interface Objects {
  readonly book: AddressBook;
  readonly byPod: ReadonlyMap<string, readonly KnownContainer[]>;
  readonly cluster: ClusterView;
}

function endOfOwner(
  owner: AddressOwner,
  question: EndQuestion,
  objects: Objects,
): FlowEnd | undefined {
  const { address } = question;
  if (owner.kind === "node") return endOfNode(owner.name, address);
  const behind = oneEnd(owner.pods.flatMap((pod) => endsOfPod(pod, question, objects)));
  if (owner.kind === "pod") {
    // Pods in the host's network have the address of the node: only a port tells which it is.
    if (owner.hostNetwork && question.port === 0) return undefined;
    return behind;
  }
  const name = `${owner.namespace}/${owner.name}`;
  if (behind !== undefined) return { ...behind, namedBy: "service" };
  return { kind: "service", workload: null, name, address, namedBy: "service" };
}

/** Of several containers those that listen there; of a pod that was not watched its own name. */
function endsOfPod(pod: PodName, question: EndQuestion, objects: Objects): readonly FlowEnd[] {
  const { book, byPod, cluster } = objects;
  const { protocol, port } = question;
  const watched = byPod.get(podKey(pod)) ?? [];
  const listening = watched.filter(({ key }) => book.listensOn(key, protocol, port));
  const fitting = listening.length > 0 ? listening : watched;
  if (fitting.length > 0) return fitting.map(({ workload }) => endOfWorkload(workload, "pod"));
  const declared = cluster.pod(pod)?.ports.filter((one) => one.port === port) ?? [];
  const container = declared.length === 1 ? (declared[0]?.container ?? "") : "";
  const { namespace, pod: name } = pod;
  return [endOfWorkload({ cluster: "", namespace, kind: "Pod", name, container }, "pod")];
}

function podKey({ namespace, pod }: PodName): string {
  return `${namespace}/${pod}`;
}

interface Names {
  readonly configured: readonly (readonly [Network, string])[];
  readonly hostNames: readonly string[];
}

/** By its number, and what a person or a command called it. */
export function endOfAddress(address: string, { configured, hostNames }: Names): FlowEnd {
  const bytes = parseAddress(address);
  if (bytes === undefined) {
    return { kind: "unknown", workload: null, name: "unknown", address: "", namedBy: "address" };
  }
  const kind = kinds[classifyAddress(bytes)];
  const told = { kind, workload: null, address } as const;
  const name = configured.find(([network]) => isInNetwork(bytes, network))?.[1];
  if (name !== undefined) return { ...told, name, namedBy: "config" };
  const [host] = hostNames;
  if (host !== undefined && hostNames.length === 1) {
    return { ...told, name: host, namedBy: "argument" };
  }
  return { ...told, name: address, namedBy: "address" };
}

const kinds: Readonly<Record<ReturnType<typeof classifyAddress>, FlowEndKind>> = {
  unspecified: "unknown",
  loopback: "loopback",
  metadata: "metadata",
  "link-local": "link-local",
  private: "private",
  multicast: "link-local",
  internet: "internet",
};

/** The narrowest network first. Names of what is no address are left out. */
export function readNames(
  names: ReadonlyMap<string, string>,
): readonly (readonly [Network, string])[] {
  return [...names]
    .flatMap(([text, name]): readonly (readonly [Network, string])[] => {
      const network = parseNetwork(text);
      return network === undefined ? [] : [[network, name]];
    })
    .sort(([a], [b]) => b.length - a.length);
}
