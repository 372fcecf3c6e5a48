/**
 * Holds what a flow between two named ends is: the two views of one connection made one edge.
 * In: nothing. Out: types only; `join-flows.ts` makes them of flow facts, names and objects.
 */
import type { Actor, Protocol, Workload } from "../../observe/fact.ts";

export const flowEndKinds = [
  "workload",
  "service",
  "node",
  "loopback",
  "link-local",
  "metadata",
  "private",
  "internet",
  "unknown",
  "others",
] as const;
/**
 * `service`: a cluster address in front of workloads that were not told apart. `others`: what was
 * beyond the bound of kept ends.
 */
export type FlowEndKind = (typeof flowEndKinds)[number];

export interface FlowEnd {
  readonly kind: FlowEndKind;
  /** Of kind `workload` only. */
  readonly workload: Workload | null;
  /**
   * What a person calls it: `namespace/name`, a node, a name from configuration, objects or
   * arguments; the address where it has no name. Untrusted text.
   */
  readonly name: string;
  /** "" for workloads and for `others`. */
  readonly address: string;
  /** Named by `container`, `pod`, `service`, `node`, `config`, `argument`, `address`. */
  readonly namedBy: string;
}

/** One edge: any number of connections from one end to one port of another. */
export interface FlowEdge {
  readonly id: string;
  /** Who opened the connections. */
  readonly from: FlowEnd;
  /** Who listens. */
  readonly to: FlowEnd;
  /** False when nobody saw who opened them: then `from` is the container that was watched. */
  readonly directionKnown: boolean;
  readonly protocol: Protocol;
  /** Of the listening end; 0 unknown. */
  readonly port: number;
  readonly connectionCount: number;
  readonly failedCount: number;
  /** **Unit**: bytes from `from` to `to`; null where no sensor told. */
  readonly sentBytes: number | null;
  /** **Unit**: bytes from `to` to `from`; null where no sensor told. */
  readonly receivedBytes: number | null;
  /** Which ends were watched. */
  readonly seenBy: readonly ("from" | "to")[];
  /** Whose doing it was at the watched end that opened it, else at the other. */
  readonly actors: readonly Actor[];
  readonly binaries: readonly string[];
  /** ISO 8601 UTC with microseconds; null unknown. */
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  /** Ids into the report's `evidence`. */
  readonly evidence: readonly string[];
}
