/**
 * Holds how flow facts of containers become edges between named ends.
 * In: facts, joins, the cluster's objects, names from configuration. Out: edges.
 * Must make the two views of one connection one edge, and the same edges in any order of facts.
 */
import { compareText } from "../../event/compare-text.ts";
import type { ContainerKey } from "../../observe/fact.ts";
import type { FactSet } from "../../observe/fact-set.ts";
import type { ClusterView } from "../cluster/cluster-view.ts";
import type { EvidenceBook } from "../evidence-book.ts";
import type { ImageJoin } from "../join-images.ts";
import { AddressBook } from "./address-book.ts";
import { boundEdges } from "./bound-edges.ts";
import { addView, createEdgeTally, type EdgeTally, edgeKey, toEdge } from "./edge-tally.ts";
import type { FlowEdge, FlowEnd } from "./flow-edge.ts";
import { endNamer, type KnownContainer } from "./name-end.ts";
import { type FlowScene, viewOf } from "./view-flow.ts";

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
  const scene: FlowScene = { book, containers, nameEnd, cluster };
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
