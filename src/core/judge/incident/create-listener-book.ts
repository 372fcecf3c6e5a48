/**
 * Holds who listens at an address: containers by their own addresses, ports and services.
 * In: facts, the objects of the cluster. Out: a function that tells the containers behind an end.
 */
import { classifyAddress, parseAddress } from "../../event/ip-address.ts";
import type { ContainerKey, FlowFact, Protocol } from "../../observe/fact.ts";
import type { FactSet } from "../../observe/fact-set.ts";
import type { ClusterView, PodName } from "../cluster/cluster-view.ts";
import type { ListenersAt } from "./incident-input.ts";

const protocol: Protocol = "tcp";

/** What of facts says who listens: a `FactSet` is one. */
export interface ListenerFacts extends Pick<FactSet, "containers" | "networked" | "listens"> {
  flows(container: ContainerKey): readonly Pick<FlowFact, "localAddresses">[];
}

/** **Cost**: linear in flows once; then a look-up an end. */
export function createListenerBook(facts: ListenerFacts, cluster: ClusterView): ListenersAt {
  const ofAddress = new Map<string, Set<ContainerKey>>();
  const ofPod = new Map<string, ContainerKey[]>();
  const ports = new Map<ContainerKey, ReadonlySet<number>>();
  for (const { container, namespace, pod } of facts.containers) {
    const key = podKey({ namespace, pod });
    if (pod !== "") ofPod.set(key, [...(ofPod.get(key) ?? []), container]);
  }
  for (const container of facts.networked) {
    ports.set(container, new Set(facts.listens(container).map(({ port }) => port)));
    for (const address of facts.flows(container).flatMap((flow) => flow.localAddresses)) {
      ofAddress.set(address, (ofAddress.get(address) ?? new Set()).add(container));
    }
  }
  // Loopback is another machine in each network namespace: it leads nowhere from outside.
  const behind = (address: string): readonly ContainerKey[] => {
    if (isLoopback(address)) return [];
    const owner = cluster.ownerOf(address);
    const pods = owner === undefined || owner.kind === "node" ? [] : owner.pods;
    const named = pods.flatMap((pod) => ofPod.get(podKey(pod)) ?? []);
    return [...new Set([...(ofAddress.get(address) ?? []), ...named])];
  };
  return (address, port) => {
    const target = cluster.targetPort(address, port, protocol) || port;
    const all = behind(address);
    // Containers of one pod share its address: the port tells which of them is meant.
    const listening = all.filter((container) => ports.get(container)?.has(target));
    return listening.length > 0 ? listening : all;
  };
}

function isLoopback(address: string): boolean {
  const bytes = parseAddress(address);
  return bytes === undefined || classifyAddress(bytes) === "loopback";
}

function podKey({ namespace, pod }: PodName): string {
  return `${namespace}/${pod}`;
}
