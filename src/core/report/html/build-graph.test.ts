/** Holds the map: what stands where, what is marked, what is folded, and that places are stable. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleLargeReport } from "../../../testing/sample-large-report.ts";
import { buildPageData } from "./build-page-data.ts";
import { buildGraph } from "./client/build-graph.ts";
import { addEnd, GraphDraft } from "./client/graph-draft.ts";
import { layOutGraph, measures } from "./client/layout-graph.ts";

const options = { path: "", find: "", isPathOnly: false, unfolded: new Set<string>() };
const dataOf = (workloadCount: number) =>
  buildPageData(sampleLargeReport({ findingCount: 300, workloadCount }));

test("what comes from outside stands left of what it reaches, step by step", () => {
  const graph = buildGraph(dataOf(14), options);
  const columnOf = new Map(graph.nodes.map(({ id, column }) => [id, column]));
  assert.equal(columnOf.get("from:internet"), 0);
  for (const { from, to, isOnPath } of graph.edges) {
    if (isOnPath) assert.equal(columnOf.get(to), (columnOf.get(from) ?? 0) + 1);
  }
  assert.ok(graph.edges.some(({ isOnPath }) => isOnPath));
  const last = graph.columns.length - 1;
  assert.equal(graph.columns[last], "goes out to");
  assert.equal(columnOf.get("to:internet"), last);
});

test("the path of one action alone is marked when it is asked for", () => {
  const data = dataOf(14);
  const [action] = data.actions;
  assert.ok(action);
  const one = buildGraph(data, { ...options, path: action.id, isPathOnly: true });
  const reached = action.workloads.filter((index) => data.workloads[index]?.context?.paths[0]);
  const marked = one.nodes.map(({ id }) => id);
  assert.ok(reached.length > 0);
  for (const index of reached) assert.ok(marked.includes(`w:${index}`));
  assert.ok(one.nodes.every(({ isOnPath }) => isOnPath));
  assert.ok(one.nodes.length < buildGraph(data, options).nodes.length);
});

test("two hundred workloads are folded by namespace, but for those on a path", () => {
  const data = dataOf(200);
  const graph = buildGraph(data, options);
  const folded = graph.nodes.filter(({ isFolded }) => isFolded);
  assert.ok(folded.length > 5 && graph.nodes.length < 140, `${graph.nodes.length} nodes`);
  assert.ok(folded.every(({ isOnPath }) => !isOnPath));
  const shown = graph.nodes.reduce(
    (sum, { members, workload, isFolded }) =>
      sum + (isFolded ? members.length : Number(workload >= 0)),
    0,
  );
  const seen = new Set(data.flows.flatMap(({ from, to }) => [from.workload, to.workload]));
  seen.delete(-1);
  assert.equal(shown, seen.size, "no workload is lost");
  const key = folded[0]?.id.replace("fold:", "") ?? "";
  const more = buildGraph(data, { ...options, unfolded: new Set([key]) });
  assert.equal(more.nodes.length, graph.nodes.length - 1 + (folded[0]?.members.length ?? 0));
});

test("a search leaves what it finds and its neighbours", () => {
  const graph = buildGraph(dataOf(30), { ...options, find: "shop/api" });
  assert.ok(graph.nodes.length > 1 && graph.nodes.length < 12);
  assert.equal(buildGraph(dataOf(30), { ...options, find: "nowhere" }).nodes.length, 0);
});

test("a way that objects allow and nobody took is a line of its own kind", () => {
  const report = sampleLargeReport({ findingCount: 60, workloadCount: 4 });
  const data = buildPageData({ ...report, flows: [] });
  const graph = buildGraph(data, options);
  assert.ok(graph.edges.length > 0);
  assert.ok(graph.edges.every(({ isAllowedOnly }) => isAllowedOnly));
});

test("without contexts the distance is counted along what was seen, and circles end", () => {
  const report = sampleLargeReport({ findingCount: 10, workloadCount: 7 });
  const [into, next] = report.flows;
  assert.ok(into && next);
  const circle = { ...next, id: "circle", from: next.to, to: next.from };
  const data = buildPageData({ ...report, workloads: [], flows: [...report.flows, circle] });
  const graph = buildGraph(data, options);
  const columns = new Set(graph.nodes.map(({ column }) => graph.columns[column]));
  assert.ok(columns.has("reached directly") && columns.has("2 hops further"));
});

test("ends that are no workload stand together, and keep their names", () => {
  const draft = new GraphDraft();
  const data = dataOf(3);
  const sides = {
    onPath: new Set<string>(),
    actNow: new Set<number>(),
    columnOf: () => 1,
    lastColumn: 4,
  };
  for (const name of ["203.0.113.1", "203.0.113.2", "203.0.113.1"]) {
    const end = { kind: "internet" as const, workload: -1, name, address: name, namedBy: "" };
    addEnd(draft, data, { end, side: "from" }, sides);
  }
  const [node, ...others] = draft.nodes();
  assert.deepEqual(node?.members, ["203.0.113.1", "203.0.113.2"]);
  assert.equal(others.length, 0);
});

test("places do not depend on the order of nodes and edges, and no two nodes overlap", () => {
  const graph = buildGraph(dataOf(60), options);
  const layout = layOutGraph(graph);
  const turned = layOutGraph({
    nodes: [...graph.nodes].reverse(),
    edges: [...graph.edges].reverse(),
    columns: graph.columns,
  });
  assert.deepEqual(turned.nodes, layout.nodes);
  assert.deepEqual([...turned.edges].reverse(), layout.edges);
  const tops = new Map<number, number[]>();
  for (const { x, y } of layout.nodes) tops.set(x, [...(tops.get(x) ?? []), y]);
  for (const ys of tops.values()) {
    const sorted = ys.sort((a, b) => a - b);
    sorted.slice(1).forEach((y, index) => {
      assert.ok(y - (sorted[index] ?? 0) >= measures.nodeHeight);
    });
  }
  assert.ok(layout.edges.every(({ line }) => /^M[\d.-]+ [\d.-]+C/.test(line)));
});

test("an empty map has a place too", () => {
  const layout = layOutGraph({ nodes: [], edges: [], columns: [] });
  assert.deepEqual([layout.nodes.length, layout.groups.length], [0, 0]);
});
