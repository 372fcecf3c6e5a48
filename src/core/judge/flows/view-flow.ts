/**
 * Holds what one flow fact says of an edge: both ends by name, and which of them it is the view of.
 * In: a fact, who has which address. Out: an edge's ends.
 * Must never name an end by an address that is another's.
 */
import { classifyAddress, parseAddress } from "../../event/ip-address.ts";
import { isHostKey, isNetworkKey } from "../../observe/container-key.ts";
import { type ContainerKey, type FlowFact, otherPeers } from "../../observe/fact.ts";
import type { ClusterView } from "../cluster/cluster-view.ts";
import type { AddressBook, EndQuestion } from "./address-book.ts";
import { others } from "./bound-edges.ts";
import type { EdgeEnds } from "./edge-tally.ts";
import type { FlowEnd } from "./flow-edge.ts";
import { findLoopback } from "./loopback-ends.ts";
import { endOfAddress, endOfContainer, type KnownContainer, type NameEnd } from "./name-end.ts";

/** What naming the ends of a flow asks. */
export interface FlowScene {
  readonly book: AddressBook;
  readonly containers: ReadonlyMap<ContainerKey, KnownContainer>;
  readonly nameEnd: NameEnd;
  readonly cluster: Pick<ClusterView, "targetPort">;
}

export interface ViewedFlow {
  readonly ends: EdgeEnds;
  /** Which end the fact is the view of. */
  readonly side: "from" | "to";
}

/** Undefined for what the far end, which was watched too, tells better. */
export function viewOf(fact: FlowFact, scene: FlowScene): ViewedFlow | undefined {
  const { direction, protocol, port } = fact;
  const me = endOfSelf(fact, scene);
  if (me === undefined) return undefined;
  const about = { protocol, port, directionKnown: direction !== "unknown" };
  const local = findLoopback(fact, scene);
  if (local !== undefined) {
    // A network of its own has a loopback of its own, which is nobody's here.
    if (isNetworkKey(fact.container)) return undefined;
    const from = local.from === "loopback" ? loopbackEnd(fact) : endOf(local.from, scene);
    const to = local.to === "loopback" ? loopbackEnd(fact) : endOf(local.to, scene);
    return { ends: { ...about, from, to }, side: direction === "inbound" ? "to" : "from" };
  }
  const target = targetOf(fact, scene);
  const peer = endOfPeer(fact, scene, target);
  if (isNetworkKey(fact.container) && isWatched(peer)) return undefined;
  if (direction === "inbound") return { ends: { ...about, from: peer, to: me }, side: "to" };
  const listening = peer.kind === "workload" ? target : port;
  return { ends: { ...about, port: listening, from: me, to: peer }, side: "from" };
}

/** Who connects to a service names its port; who accepts, the port that it leads to. */
function targetOf({ direction, peer, port, protocol }: FlowFact, { cluster }: FlowScene): number {
  const found = direction === "inbound" ? 0 : cluster.targetPort(peer, port, protocol);
  return found === 0 ? port : found;
}

function endOf(container: ContainerKey, { containers }: FlowScene): FlowEnd {
  return endOfContainer(container, containers, isHostKey(container) ? "node" : "container");
}

/** Another machine to all others, though its processes run on a node: known by its address. */
function endOfSelf(fact: FlowFact, scene: FlowScene): FlowEnd | undefined {
  if (!isNetworkKey(fact.container)) return endOf(fact.container, scene);
  const [address, ...more] = fact.localAddresses;
  if (address === undefined || more.length > 0) return undefined;
  return scene.nameEnd({ ...questionOf(fact), address, port: 0, farPort: 0 }, []);
}

/** Who watched the far end saw the same connections, and knows more of them. */
function isWatched({ kind }: FlowEnd): boolean {
  return kind === "workload" || kind === "node";
}

function questionOf(fact: FlowFact): EndQuestion {
  const { peer, protocol, port, direction, localAddresses, firstSeenUs, lastSeenUs } = fact;
  const isClient = direction === "inbound";
  return {
    address: peer,
    protocol,
    port: isClient ? 0 : port,
    farAddresses: isClient ? localAddresses : [],
    farPort: isClient ? port : 0,
    firstUs: firstSeenUs,
    lastUs: lastSeenUs,
  };
}

/** `port`: where it listens, if it does. */
function endOfPeer(fact: FlowFact, { nameEnd }: FlowScene, port: number): FlowEnd {
  const unknown = endOfAddress("", { configured: [], hostNames: [] });
  if (fact.peer === otherPeers) return others({ ...unknown, kind: "others", name: "others" });
  if (fact.peer === "") return unknown;
  const question = questionOf(fact);
  const asked = fact.direction === "inbound" ? question : { ...question, port };
  return nameEnd(asked, fact.hostNames);
}

function loopbackEnd({ peer }: FlowFact): FlowEnd {
  const bytes = parseAddress(peer);
  const isLoopback = bytes !== undefined && classifyAddress(bytes) === "loopback";
  const address = isLoopback ? "127.0.0.1" : peer;
  return { kind: "loopback", workload: null, name: "loopback", address, namedBy: "address" };
}
