/**
 * Holds where the nodes of the map stand and how its edges run.
 * In: a graph with a column for each node. Out: places in pixels. Within a column nodes stand by
 * group; groups and nodes by the middle of what leads to them, so that edges cross little.
 * Must give the same places for the same graph in any order.
 */
import type { Graph } from "./build-graph.ts";
import type { GraphEdge, GraphNode } from "./graph-draft.ts";

export interface PlacedNode extends GraphNode {
  readonly x: number;
  readonly y: number;
}

export interface PlacedGroup {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

export interface PlacedEdge extends GraphEdge {
  /** Path data of SVG. */
  readonly line: string;
}

export interface Layout {
  readonly nodes: readonly PlacedNode[];
  readonly groups: readonly PlacedGroup[];
  readonly edges: readonly PlacedEdge[];
  readonly columns: readonly { readonly x: number; readonly name: string }[];
  readonly width: number;
  readonly height: number;
}

/** **Unit**: pixels. */
export const measures = {
  nodeWidth: 136,
  nodeHeight: 22,
  nodeGap: 6,
  columnGap: 56,
  groupTitle: 18,
  groupGap: 14,
  top: 30,
  margin: 10,
} as const;

const sweepCount = 3;

export function layOutGraph(graph: Graph): Layout {
  const nodes = [...graph.nodes].sort((a, b) => compareNames(a.id, b.id));
  const used = [...new Set(nodes.map(({ column }) => column))].sort((a, b) => a - b);
  const columns = used.map((column) => nodes.filter((node) => node.column === column));
  const sources = neighboursOf(graph.edges, "to", "from");
  const targets = neighboursOf(graph.edges, "from", "to");
  let heights = placeAll(columns, () => 0);
  for (let sweep = 0; sweep < sweepCount; sweep += 1) {
    const [near, known] = [sweep % 2 === 0 ? sources : targets, heights];
    heights = placeAll(columns, (id) => middleOf(near.get(id) ?? [], known));
  }
  const { nodeWidth, columnGap, margin } = measures;
  const xOf = (column: number) => margin + used.indexOf(column) * (nodeWidth + columnGap);
  const placed = nodes.map((node) => ({
    ...node,
    x: xOf(node.column),
    y: heights.get(node.id) ?? 0,
  }));
  const places = new Map(placed.map((node) => [node.id, node]));
  const bottom = Math.max(measures.top, ...placed.map(({ y }) => y + measures.nodeHeight));
  return {
    nodes: placed,
    groups: groupsOf(placed),
    edges: graph.edges.flatMap((edge) => runEdge(edge, places)),
    columns: used.map((column) => ({ x: xOf(column), name: graph.columns[column] ?? "" })),
    width: Math.max(0, used.length * (nodeWidth + columnGap) - columnGap) + 2 * margin,
    height: bottom + margin,
  };
}

function neighboursOf(edges: readonly GraphEdge[], of: "from" | "to", give: "from" | "to") {
  const found = new Map<string, string[]>();
  for (const edge of edges) {
    const list = found.get(edge[of]);
    if (list === undefined) found.set(edge[of], [edge[give]]);
    else list.push(edge[give]);
  }
  return found;
}

function middleOf(ids: readonly string[], heights: ReadonlyMap<string, number>): number {
  const known = ids.flatMap((id) => heights.get(id) ?? []);
  return known.length === 0
    ? Number.MAX_SAFE_INTEGER
    : known.reduce((a, b) => a + b) / known.length;
}

function placeAll(
  columns: readonly (readonly GraphNode[])[],
  wishOf: (id: string) => number,
): ReadonlyMap<string, number> {
  const heights = new Map<string, number>();
  for (const column of columns) {
    let y: number = measures.top;
    for (const group of orderGroups(column, wishOf)) {
      y += measures.groupTitle;
      for (const { id } of group) {
        heights.set(id, y);
        y += measures.nodeHeight + measures.nodeGap;
      }
      y += measures.groupGap;
    }
  }
  return heights;
}

function orderGroups(column: readonly GraphNode[], wishOf: (id: string) => number) {
  const groups = [...Map.groupBy(column, ({ group }) => group)].map(([name, members]) => {
    const wished = members
      .map((node) => ({ node, wish: wishOf(node.id) }))
      .sort(
        (a, b) =>
          Number(b.node.isOnPath) - Number(a.node.isOnPath) ||
          Number(a.node.isFolded) - Number(b.node.isFolded) ||
          a.wish - b.wish ||
          compareNames(a.node.label, b.node.label),
      );
    const wish = Math.min(...wished.map((one) => one.wish));
    const isOnPath = wished.some(({ node }) => node.isOnPath);
    return { name, wish, isOnPath, nodes: wished.map(({ node }) => node) };
  });
  return groups
    .sort(
      (a, b) =>
        Number(b.isOnPath) - Number(a.isOnPath) || a.wish - b.wish || compareNames(a.name, b.name),
    )
    .map(({ nodes }) => nodes);
}

function groupsOf(placed: readonly PlacedNode[]): readonly PlacedGroup[] {
  const groups = Map.groupBy(placed, ({ x, group }) => JSON.stringify([x, group]));
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const top = Math.min(...members.map(({ y }) => y)) - measures.groupTitle;
    const bottom = Math.max(...members.map(({ y }) => y)) + measures.nodeHeight;
    return [{ name: first.group, x: first.x, y: top, height: bottom - top }];
  });
}

/** Forward edges swing from right to left side; others leave and enter on the right. */
function runEdge(edge: GraphEdge, places: ReadonlyMap<string, PlacedNode>): readonly PlacedEdge[] {
  const from = places.get(edge.from);
  const to = places.get(edge.to);
  if (from === undefined || to === undefined) return [];
  const { nodeWidth, nodeHeight, columnGap } = measures;
  const [startX, startY] = [from.x + nodeWidth, from.y + nodeHeight / 2];
  const endY = to.y + nodeHeight / 2;
  if (to.x > from.x) {
    const bend = Math.max(columnGap / 2, (to.x - startX) / 2);
    const line =
      `M${startX} ${startY}C${startX + bend} ${startY} ${to.x - bend} ${endY} ` +
      `${to.x - 4} ${endY}`;
    return [{ ...edge, line }];
  }
  const endX = to.x + nodeWidth;
  const bend = columnGap * 0.6;
  const far = Math.max(startX, endX) + bend;
  const line = `M${startX} ${startY}C${far} ${startY} ${far} ${endY} ${endX + 4} ${endY}`;
  return [{ ...edge, line }];
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
