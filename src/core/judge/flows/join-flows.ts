/**
 * Holds how flow facts of containers become edges between named ends.
 * In: facts, joins, the cluster's objects, names from configuration. Out: edges.
 * Must make the two views of one connection one edge, and the same edges in any order of facts.
 */
import { compareText } from "../../event/compare-text.ts";
import { classifyAddress, parseAddress } from "../../event/ip-address.ts";
import { isHostKey, isNetworkKey } from "../../observe/container-key.ts";
import { type ContainerKey, type FlowFact, otherPeers } from "../../observe/fact.ts";
import type { FactSet } from "../../observe/fact-set.ts";
import type { ClusterView } from "../cluster/cluster-view.ts";
import type { EvidenceBook } from "../evidence-book.ts";
import type { ImageJoin } from "../join-images.ts";
import { AddressBook, type EndQuestion } from "./address-book.ts";
import { boundEdges, others } from "./bound-edges.ts";
import {
  addView,
  createEdgeTally,
  type EdgeEnds,
  type EdgeTally,
  edgeKey,
  toEdge,
} from "./edge-tally.ts";
import type { FlowEdge, FlowEnd } from "./flow-edge.ts";
import { findLoopback } from "./loopback-ends.ts";
import {
  endNamer,
  endOfAddress,
  endOfContainer,
  type KnownContainer,
  type NameEnd,
} from "./name-end.ts";

export interface JoinFlowsOptions {
  readonly facts: FactSet;
  readonly joins: readonly ImageJoin[];
  readonly cluster: ClusterView;
  /** Names from configuration: an address or network to what a person calls it. */
  readonly addressNames: ReadonlyMap<string, string>;
  readonly evidence: EvidenceBook;
}

/** **Order**: by the ends' names, then port. **Cost**: linear in facts, but for sorting. */
export function joinFlows(options: JoinFlowsOptions): readonly FlowEdge[] {
  const { facts, evidence, cluster, addressNames } = options;
  const containers = knownContainers(options.joins);
  const book = new AddressBook(facts);
  const nameEnd = endNamer({ book, containers, cluster, addressNames });
  const scene: Scene = { book, containers, nameEnd };
  const tallies = new Map<string, EdgeTally>();
  for (const container of facts.networked) {
    for (const fact of facts.flows(container)) {
      const viewed = viewOf(fact, scene);
      if (viewed === undefined) continue;
      const key = edgeKey(viewed.ends);
      const tally = tallies.get(key) ?? createEdgeTally(viewed.ends);
      tallies.set(key, tally);
      tally.from = plainer(tally.from, viewed.ends.from);
      tally.to = plainer(tally.to, viewed.ends.to);
      addView(tally, viewed.side, fact);
    }
  }
  const bounded = boundEdges([...tallies.values()]);
  return [...bounded].sort(compareEdges).map((tally) => toEdge(tally, evidence));
}

function knownContainers(joins: readonly ImageJoin[]): ReadonlyMap<ContainerKey, KnownContainer> {
  return new Map(
    joins.map(({ container, identity, workload }) => {
      const pod = container.pod || identity?.pod || "";
      return [
        container.container,
        { key: container.container, workload, namespace: workload.namespace, pod },
      ];
    }),
  );
}

interface Scene {
  readonly book: AddressBook;
  readonly containers: ReadonlyMap<ContainerKey, KnownContainer>;
  readonly nameEnd: NameEnd;
}

interface Viewed {
  readonly ends: EdgeEnds;
  /** Which end the fact is the view of. */
  readonly side: "from" | "to";
}

function viewOf(fact: FlowFact, scene: Scene): Viewed | undefined {
  const { direction, protocol, port } = fact;
  const me = endOfSelf(fact, scene);
  if (me === undefined) return undefined;
  const about = { protocol, port, directionKnown: direction !== "unknown" };
  const local = findLoopback(fact, scene);
  if (local !== undefined) {
    const from = local.from === "loopback" ? loopbackEnd(fact) : endOf(local.from, scene);
    const to = local.to === "loopback" ? loopbackEnd(fact) : endOf(local.to, scene);
    return { ends: { ...about, from, to }, side: direction === "inbound" ? "to" : "from" };
  }
  const peer = endOfPeer(fact, scene);
  if (isNetworkKey(fact.container) && isWatched(peer)) return undefined;
  return direction === "inbound"
    ? { ends: { ...about, from: peer, to: me }, side: "to" }
    : { ends: { ...about, from: me, to: peer }, side: "from" };
}

function endOf(container: ContainerKey, { containers }: Scene): FlowEnd {
  return endOfContainer(container, containers, isHostKey(container) ? "node" : "container");
}

/** Another machine to all others, though its processes run on a node: known by its address. */
function endOfSelf(fact: FlowFact, scene: Scene): FlowEnd | undefined {
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

function endOfPeer(fact: FlowFact, { nameEnd }: Scene): FlowEnd {
  const unknown = endOfAddress("", { configured: [], hostNames: [] });
  if (fact.peer === otherPeers) return others({ ...unknown, kind: "others", name: "others" });
  if (fact.peer === "") return unknown;
  return nameEnd(questionOf(fact), fact.hostNames);
}

function loopbackEnd({ peer }: FlowFact): FlowEnd {
  const bytes = parseAddress(peer);
  const isLoopback = bytes !== undefined && classifyAddress(bytes) === "loopback";
  const address = isLoopback ? "127.0.0.1" : peer;
  return { kind: "loopback", workload: null, name: "loopback", address, namedBy: "address" };
}

/** Two views may name one end differently: the same one is always kept. */
function plainer(a: FlowEnd, b: FlowEnd): FlowEnd {
  const rank = ({ namedBy }: FlowEnd) => ways.indexOf(namedBy);
  if (rank(a) !== rank(b)) return rank(a) < rank(b) ? a : b;
  return compareText(`${a.name} ${a.address}`, `${b.name} ${b.address}`) <= 0 ? a : b;
}

const ways = ["config", "container", "node", "pod", "service", "argument", "address"];

function compareEdges(a: EdgeTally, b: EdgeTally): number {
  return (
    compareText(a.from.name, b.from.name) ||
    compareText(a.to.name, b.to.name) ||
    a.port - b.port ||
    compareText(edgeKey(a), edgeKey(b))
  );
}
