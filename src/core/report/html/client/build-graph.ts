/**
 * Holds what the map shows: ends as nodes, flows as edges, and the exposed paths among them.
 * In: the data, the action whose path is asked for, what is folded. Out: a `Graph` to lay out.
 * What opens connections from outside stands left, workloads by their distance from the internet
 * in the middle, what they go out to stands right.
 */
import { addEnd, GraphDraft, type GraphEdge, type GraphNode, type Sides } from "./graph-draft.ts";
import type { PageData, PageEnd, PageHop, PagePath } from "./page-data.ts";

export interface GraphOptions {
  /** Id of an action; "act-now" for all that are to be done now, "" for the first few. */
  readonly path: string;
  readonly find: string;
  /** Groups that are shown whole, as `column/namespace`. */
  readonly unfolded: ReadonlySet<string>;
  readonly isPathOnly: boolean;
}

/** More nodes than this, and namespaces are folded. */
const nodeCountMax = 60;

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** What each column is, by its number. */
  readonly columns: readonly string[];
}

export function buildGraph(data: PageData, options: GraphOptions): Graph {
  const marks = markPaths(data, options.path);
  const distances = measureDistances(data);
  const deepest = [...distances.values()].reduce((a, b) => Math.max(a, b), -1);
  const sides: Sides = {
    onPath: marks.nodes,
    actNow: new Set(
      data.findings.filter((one) => one.decision.name === "act-now").map((one) => one.workload),
    ),
    columnOf: (workload) => (distances.get(workload) ?? deepest + 1) + 1,
    lastColumn: deepest + 3,
  };
  const draft = new GraphDraft();
  data.flows.forEach(({ id, from, to, connectionCount }, index) => {
    if (from.kind === "loopback" || to.kind === "loopback") return;
    draft.addEdge({
      from: addEnd(draft, data, { end: from, side: "from" }, sides),
      to: addEnd(draft, data, { end: to, side: "to" }, sides),
      flows: [index],
      connectionCount,
      isOnPath: marks.flows.has(id),
    });
  });
  for (const { from, to } of marks.steps) {
    draft.addEdge({
      from: addEnd(draft, data, { end: endOfHop(from), side: "from" }, sides),
      to: addEnd(draft, data, { end: endOfHop(to), side: "from" }, sides),
      flows: [],
      connectionCount: 0,
      isOnPath: true,
    });
  }
  return select(draft, nameColumns(deepest), options);
}

function nameColumns(deepest: number): readonly string[] {
  const hops = Array.from({ length: deepest + 1 }, (_, hop) =>
    hop === 0 ? "reached directly" : `${hop} ${hop === 1 ? "hop" : "hops"} further`,
  );
  return ["comes from", ...hops, "no known way in", "goes out to"];
}

/** From the judged exposure where there is one, else counted along observed flows. */
function measureDistances(data: PageData): ReadonlyMap<number, number> {
  const distances = new Map<number, number>();
  data.workloads.forEach(({ context }, index) => {
    const hops = context?.exposure.hopCount ?? null;
    // A way passes each workload once: a saved report may claim any number.
    if (hops !== null) distances.set(index, Math.max(0, Math.min(hops, data.workloads.length)));
  });
  if (distances.size > 0) return distances;
  const next = Map.groupBy(
    data.flows.filter(({ from, to }) => from.workload >= 0 && to.workload >= 0),
    ({ from }) => from.workload,
  );
  const entries = data.flows.filter(
    ({ from, to, directionKnown }) =>
      from.kind === "internet" && to.workload >= 0 && directionKnown,
  );
  let layer = [...new Set(entries.map(({ to }) => to.workload))];
  for (let distance = 0; layer.length > 0; distance += 1) {
    for (const workload of layer) distances.set(workload, distance);
    const further = layer.flatMap((one) => (next.get(one) ?? []).map(({ to }) => to.workload));
    layer = [...new Set(further)].filter((one) => !distances.has(one));
  }
  return distances;
}

interface Marks {
  readonly nodes: ReadonlySet<string>;
  readonly flows: ReadonlySet<string>;
  readonly steps: readonly { readonly from: PageHop; readonly to: PageHop }[];
}

/** More at once, and the red lines tell nothing apart. */
const firstCount = 5;

/** The first path of each workload that the chosen actions are about. */
function markPaths(data: PageData, path: string): Marks {
  const chosen =
    path === ""
      ? data.actions.slice(0, firstCount)
      : data.actions.filter(({ id, decision }) => id === path || decision === path);
  const workloads = new Set(chosen.flatMap((action) => action.workloads));
  const paths = [...workloads].flatMap((one) => data.workloads[one]?.context?.paths[0] ?? []);
  const nodes = new Set(paths.flatMap(({ hops }) => hops.map(nodeOfHop)));
  for (const workload of workloads) nodes.add(`w:${workload}`);
  const flows = new Set(paths.flatMap(({ hops }) => hops.map(({ flow }) => flow)));
  flows.delete("");
  return { nodes, flows, steps: paths.flatMap(stepsOf) };
}

/** Services between two workloads are no station of their own. */
function stepsOf({ hops }: PagePath): Marks["steps"] {
  const stations = hops.filter((hop, index) => index === 0 || hop.workload >= 0);
  return stations.slice(1).flatMap((to, index) => {
    const from = stations[index];
    return from === undefined ? [] : [{ from, to }];
  });
}

function nodeOfHop(hop: PageHop): string {
  return hop.workload >= 0 ? `w:${hop.workload}` : `from:${endOfHop(hop).kind}`;
}

function endOfHop({ name, workload }: PageHop): PageEnd {
  const kind = workload >= 0 ? "workload" : name === "internet" ? "internet" : "private";
  return { kind, workload, name, address: "", namedBy: "" };
}

/** Leaves out what the filter hides, and folds namespaces when there is too much to read. */
function select(whole: GraphDraft, columns: readonly string[], options: GraphOptions): Graph {
  const { isPathOnly } = options;
  const edges = whole.edges().filter(({ isOnPath }) => isOnPath || !isPathOnly);
  const shown = findNodes(whole.nodes(), edges, options);
  const isFolding = shown.length > nodeCountMax;
  const standIns = new Map<string, string>();
  const draft = new GraphDraft();
  for (const node of shown) {
    const key = `${node.column}/${node.group}`;
    const isKept = !isFolding || node.isOnPath || node.workload < 0 || options.unfolded.has(key);
    const stand = isKept ? node : foldInto(key, node);
    for (const member of node.members) draft.addNode(stand, member);
    standIns.set(node.id, stand.id);
  }
  for (const edge of edges) {
    const from = standIns.get(edge.from);
    const to = standIns.get(edge.to);
    if (from !== undefined && to !== undefined && from !== to) draft.addEdge({ ...edge, from, to });
  }
  return { nodes: draft.nodes(), edges: draft.edges(), columns };
}

/** Those that a search finds, and their neighbours; of paths alone, those on one. */
function findNodes(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  { find, isPathOnly }: GraphOptions,
): readonly GraphNode[] {
  const wanted = find.toLowerCase();
  const found = new Set(
    nodes
      .filter(({ label, group, members }) =>
        [label, group, ...members].some((text) => text.toLowerCase().includes(wanted)),
      )
      .map(({ id }) => id),
  );
  const near = new Set(
    edges.flatMap(({ from, to }) => (found.has(from) || found.has(to) ? [from, to] : [])),
  );
  return nodes.filter(
    ({ id, isOnPath }) => (isOnPath || !isPathOnly) && (found.has(id) || near.has(id)),
  );
}

function foldInto(key: string, node: GraphNode): GraphNode {
  return { ...node, id: `fold:${key}`, workload: -1, isFolded: true, isOnPath: false };
}
