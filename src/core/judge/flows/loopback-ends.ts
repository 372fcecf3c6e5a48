/**
 * Holds who the two ends of a connection within one network are: of one container, or of two that
 * share a pod or the network of the host.
 * In: a flow whose far end is loopback or the container's own address. Out: both ends.
 * Must never call loopback what reaches another workload.
 */
import type { ContainerKey, FlowFact } from "../../observe/fact.ts";
import { type AddressBook, isWithin } from "./address-book.ts";
import type { KnownContainer } from "./name-end.ts";

export interface LoopbackEnds {
  readonly from: ContainerKey | "loopback";
  readonly to: ContainerKey | "loopback";
}

interface Scene {
  readonly book: AddressBook;
  readonly containers: ReadonlyMap<ContainerKey, KnownContainer>;
}

/** Undefined for flows that leave the network of the container. */
export function findLoopback(fact: FlowFact, scene: Scene): LoopbackEnds | undefined {
  const { container, direction, protocol, port, peer, localAddresses } = fact;
  if (!isWithin(peer, localAddresses)) return undefined;
  if (direction === "unknown") return { from: container, to: "loopback" };
  const near = neighboursOf(container, scene);
  if (direction === "inbound") {
    const clients = near.filter((one) => scene.book.connectsWithin(one, protocol, port));
    const [only, ...more] = clients;
    const isOther = only !== undefined && more.length === 0 && only !== container;
    return { from: isOther ? only : "loopback", to: container };
  }
  const listens = (one: ContainerKey) => scene.book.listensOn(one, protocol, port);
  const servers = listens(container) ? [container] : near.filter(listens);
  const [server, ...rivals] = servers;
  if (server === undefined || rivals.length > 0) return { from: container, to: "loopback" };
  if (server === container) return { from: "loopback", to: container };
  // Several clients cannot be told apart by the one that accepts: then nobody names them.
  const clients = near.filter((one) => scene.book.connectsWithin(one, protocol, port));
  return { from: clients.length === 1 ? container : "loopback", to: server };
}

/** Containers of one pod share its network; so do those that have an address in common. */
function neighboursOf(container: ContainerKey, { book, containers }: Scene): ContainerKey[] {
  const near = new Set(book.neighbours(container));
  const own = containers.get(container);
  if (own !== undefined && own.pod !== "") {
    for (const { key, pod, namespace } of containers.values()) {
      if (pod === own.pod && namespace === own.namespace) near.add(key);
    }
  }
  return [...near].sort();
}
