/**
 * Holds the nodes and edges of the map while they are gathered.
 * In: ends of flows, edges. Out: each node and each pair of ends once, with all it stands for.
 */
import type { PageData, PageEnd } from "./page-data.ts";

export interface GraphNode {
  readonly id: string;
  readonly label: string;
  /** Namespace, or the kind of end. */
  readonly group: string;
  readonly column: number;
  /** Index into the workloads of the data; -1 for other ends and folded groups. */
  readonly workload: number;
  /** What it stands for: names of ends, or of folded workloads. */
  readonly members: readonly string[];
  readonly isFolded: boolean;
  readonly isOnPath: boolean;
  readonly hasActNow: boolean;
}

export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly flows: readonly number[];
  readonly connectionCount: number;
  readonly isOnPath: boolean;
  /** No connection was seen, objects allow it. */
  readonly isAllowedOnly: boolean;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** What each column is, by its number. */
  readonly columns: readonly string[];
}

const endLabels: Readonly<Record<string, string>> = {
  internet: "internet",
  service: "services",
  node: "nodes",
  "link-local": "link-local",
  metadata: "cloud metadata",
  private: "private addresses",
  unknown: "unknown",
  others: "others (beyond the bound)",
};

export interface EdgeGiven {
  readonly from: string;
  readonly to: string;
  readonly flows: readonly number[];
  readonly connectionCount: number;
  readonly isOnPath: boolean;
}

interface DraftEdge extends Omit<EdgeGiven, "flows"> {
  readonly flows: number[];
}

/** **Order**: of nodes and edges as they were first added. */
export class GraphDraft {
  private readonly byId = new Map<string, Omit<GraphNode, "members">>();
  private readonly membersOf = new Map<string, Set<string>>();
  private readonly pairs = new Map<string, DraftEdge>();

  /** The first node of an id stays; what it stands for grows. */
  addNode(node: Omit<GraphNode, "members">, member: string): string {
    if (!this.byId.has(node.id)) this.byId.set(node.id, node);
    const members = this.membersOf.get(node.id);
    if (members === undefined) this.membersOf.set(node.id, new Set([member]));
    else members.add(member);
    return node.id;
  }

  addEdge({ from, to, flows, connectionCount, isOnPath }: EdgeGiven): void {
    const id = `${from}>${to}`;
    const known = this.pairs.get(id);
    const all = known?.flows ?? [];
    for (const flow of flows) all.push(flow);
    this.pairs.set(id, {
      from,
      to,
      flows: all,
      connectionCount: (known?.connectionCount ?? 0) + connectionCount,
      isOnPath: isOnPath || known?.isOnPath === true,
    });
  }

  nodes(): readonly GraphNode[] {
    return [...this.byId.values()].map((node) => {
      const members = [...(this.membersOf.get(node.id) ?? [])];
      const label = node.isFolded ? `${members.length} more in ${node.group}` : node.label;
      return { ...node, label, members };
    });
  }

  edges(): readonly GraphEdge[] {
    return [...this.pairs].map(([id, pair]) => ({
      id,
      ...pair,
      isAllowedOnly: pair.flows.length === 0,
    }));
  }
}

export interface Sides {
  /** Ids of nodes on a path. */
  readonly onPath: ReadonlySet<string>;
  /** Workloads with something to do now. */
  readonly actNow: ReadonlySet<number>;
  readonly columnOf: (workload: number) => number;
  readonly lastColumn: number;
}

/** Adds an end of a flow; ends that are no workload stand together, by kind and side. */
export function addEnd(
  draft: GraphDraft,
  { workloads }: PageData,
  given: { readonly end: PageEnd; readonly side: "from" | "to" },
  sides: Sides,
): string {
  const { end, side } = given;
  const workload = workloads[end.workload];
  const id = workload === undefined ? `${side}:${end.kind}` : `w:${end.workload}`;
  const outside = side === "from" ? "from outside" : "going out";
  return draft.addNode(
    {
      id,
      label: workload?.name ?? endLabels[end.kind] ?? end.kind,
      group: workload === undefined ? outside : workload.namespace || workload.kind,
      column:
        workload !== undefined
          ? sides.columnOf(end.workload)
          : side === "from"
            ? 0
            : sides.lastColumn,
      workload: workload === undefined ? -1 : end.workload,
      isFolded: false,
      isOnPath: sides.onPath.has(id),
      hasActNow: sides.actNow.has(end.workload),
    },
    workload?.name ?? (end.name || end.address),
  );
}
