/**
 * Holds how flow facts of containers become edges between named ends.
 * In: facts, joins, the cluster's objects, names from configuration. Out: edges.
 */
import type { FactSet } from "../../observe/fact-set.ts";
import type { ClusterView } from "../cluster/cluster-view.ts";
import type { EvidenceBook } from "../evidence-book.ts";
import type { ImageJoin } from "../join-images.ts";
import type { FlowEdge } from "./flow-edge.ts";

export interface JoinFlowsOptions {
  readonly facts: FactSet;
  readonly joins: readonly ImageJoin[];
  readonly cluster: ClusterView;
  /** Names from configuration: an address or network to what a person calls it. */
  readonly addressNames: ReadonlyMap<string, string>;
  readonly evidence: EvidenceBook;
}

/** PLACEHOLDER on the integration branch: the owner of `flows/` replaces it. */
export function joinFlows(_options: JoinFlowsOptions): readonly FlowEdge[] {
  return [];
}
