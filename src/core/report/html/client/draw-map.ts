/**
 * Holds the map: flows between ends, with the way from the internet to what is to be done.
 * In: the data and the state of the address. Out: the section's elements. Every node is a button
 * for keyboard and screen reader; the same is there as a list.
 */
import { buildGraph } from "./build-graph.ts";
import type { GraphNode } from "./graph-draft.ts";
import {
  type Layout,
  layOutGraph,
  measures,
  type PlacedEdge,
  type PlacedNode,
} from "./layout-graph.ts";
import type { Navigate, View } from "./list-findings.ts";
import { showPage } from "./list-pages.ts";
import { count, counted, draw, fill, make } from "./make-element.ts";
import type { PageContextData } from "./page-context.ts";
import { type PageState, withValues } from "./page-state.ts";
import { flowRow } from "./show-workload.ts";

export function createMap(host: HTMLElement, context: PageContextData, navigate: Navigate): View {
  const { data } = context;
  const isEmpty = data.flows.length === 0 && data.workloads.every(({ context: place }) => !place);
  if (isEmpty) return { show: () => {} };
  const unfolded = new Set<string>();
  let current: PageState = { section: "map", values: new Map() };
  const change = (changes: Readonly<Record<string, string>>, isReplacing = false) =>
    navigate({ ...withValues(current, { open: "", ...changes }), section: "map" }, isReplacing);
  const controls = createControls(context, change);
  const status = make("p", { role: "status", class: "quiet" });
  const canvas = make("div", {
    class: "canvas",
    tabindex: "0",
    role: "region",
    "aria-label": "Map of flows; the list below says the same",
  });
  const list = make("div");
  const details = make(
    "details",
    {},
    make("summary", {}, `All ${counted(data.flows.length, "flow")} as a list`),
    list,
  );
  const showList = (page: number): void => {
    const { items, buttons } = showPage(data.flows, { page, size: 50 }, showList);
    fill(list, flowList(items.map((flow) => flowRow(flow, context))), buttons);
  };
  details.addEventListener("toggle", () => showList(1), { once: true });
  fill(host, controls.form, status, canvas, details);
  const open = (node: GraphNode) => {
    if (node.isFolded) {
      unfolded.add(node.id.replace(/^fold:/, ""));
      redraw();
      const next = [...canvas.querySelectorAll("g.node")].find((one) =>
        node.members.includes(one.getAttribute("data-name") ?? ""),
      );
      if (next instanceof SVGElement) next.focus();
    } else
      navigate(
        withValues(current, { open: node.workload >= 0 ? `w:${node.workload}` : `n:${node.id}` }),
      );
  };
  const redraw = () => {
    const { values } = current;
    const graph = buildGraph(data, {
      path: values.get("path") ?? "",
      find: values.get("find") ?? "",
      isPathOnly: values.get("all") === "no",
      unfolded,
    });
    const layout = layOutGraph(graph);
    const marked = layout.edges.filter(({ isOnPath }) => isOnPath).length;
    status.textContent =
      `${counted(layout.nodes.length, "end")}, ${counted(layout.edges.length, "line")}; ` +
      (marked === 0
        ? "no exposed path to what is chosen is known."
        : `${count(marked)} on an exposed path.`);
    fill(canvas, drawLayout(layout, open));
  };
  const show = (state: PageState) => {
    const keys = ["path", "find", "all"];
    const isSame = keys.every((key) => state.values.get(key) === current.values.get(key));
    current = state;
    controls.set(state);
    if (!isSame || canvas.childElementCount === 0) redraw();
  };
  return { show };
}

function createControls(
  { data }: PageContextData,
  change: (changes: Readonly<Record<string, string>>, isReplacing?: boolean) => void,
) {
  const options = data.actions
    .slice(0, 300)
    .map(({ id, rank, title }) => make("option", { value: id }, `${rank}. ${title.slice(0, 70)}`));
  const path = make(
    "select",
    { class: "wide" },
    make("option", { value: "" }, "the first five actions"),
    make("option", { value: "act-now" }, "everything to do now"),
    ...options,
  );
  const find = make("input", {
    type: "search",
    placeholder: "workload or namespace",
    autocomplete: "off",
  });
  const only = make("input", { type: "checkbox" });
  path.addEventListener("change", () => change({ path: path.value }));
  find.addEventListener("input", () => change({ find: find.value }, true));
  only.addEventListener("change", () => change({ all: only.checked ? "no" : "" }));
  const form = make(
    "form",
    { class: "filters", "aria-label": "Filter the map" },
    make("label", {}, make("span", {}, "Path to"), path),
    make("label", {}, make("span", {}, "Find"), find),
    make("label", { class: "check" }, only, make("span", {}, "exposed paths only")),
  );
  form.addEventListener("submit", (event) => event.preventDefault());
  const set = ({ values }: PageState) => {
    path.value = values.get("path") ?? "";
    if (document.activeElement !== find) find.value = values.get("find") ?? "";
    only.checked = values.get("all") === "no";
  };
  return { form, set };
}

function flowList(rows: readonly HTMLElement[]): HTMLElement {
  const head = ["from", "to", "connections", "bytes"].map((name) =>
    make("th", { scope: "col" }, name),
  );
  return make(
    "table",
    { class: "facts" },
    make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...rows),
  );
}

function drawLayout(layout: Layout, open: (node: GraphNode) => void): SVGElement {
  const { width, height } = layout;
  const picture = draw("svg", {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    class: "graph",
    role: "group",
  });
  picture.append(
    draw("title", {}, "Flows between workloads, by distance from the internet"),
    ...layout.columns.map(({ x, name }) => draw("text", { x, y: 14, class: "column" }, name)),
    ...layout.groups.map(({ name, x, y, height: tall }) =>
      draw(
        "g",
        {},
        draw("rect", {
          x: x - 6,
          y,
          width: measures.nodeWidth + 12,
          height: tall + 6,
          rx: 4,
          class: "group",
        }),
        draw("text", { x, y: y + 13, class: "group-name" }, fitName(name, 22)),
      ),
    ),
    ...[...layout.edges].sort((a, b) => Number(a.isOnPath) - Number(b.isOnPath)).map(drawEdge),
    ...layout.nodes.map((node) => drawNode(node, open)),
  );
  light(picture);
  return picture;
}

function drawEdge(edge: PlacedEdge): SVGElement {
  const classes = ["edge"];
  if (edge.isOnPath) classes.push("on-path");
  if (edge.isAllowedOnly) classes.push("allowed");
  const says = edge.isAllowedOnly
    ? "allowed, not seen"
    : counted(edge.connectionCount, "connection");
  return draw(
    "path",
    { d: edge.line, class: classes.join(" "), "data-from": edge.from, "data-to": edge.to },
    draw("title", {}, says),
  );
}

function drawNode(node: PlacedNode, open: (node: GraphNode) => void): SVGElement {
  const classes = ["node"];
  if (node.isOnPath) classes.push("on-path");
  if (node.hasActNow) classes.push("act-now");
  if (node.isFolded) classes.push("folded");
  if (node.workload < 0 && !node.isFolded) classes.push("outside");
  const { nodeWidth, nodeHeight } = measures;
  const more =
    node.workload < 0 && node.members.length > 1 ? ` (${count(node.members.length)})` : "";
  const text = node.isFolded ? node.label : `${node.label}${more}`;
  const says = [
    node.isFolded ? `${text}: unfold` : text,
    node.hasActNow ? "something to do now" : "",
    node.isOnPath ? "on an exposed path" : "",
  ].filter(Boolean);
  const shown = draw(
    "g",
    {
      class: classes.join(" "),
      tabindex: "0",
      role: "button",
      "aria-label": says.join(", "),
      "data-id": node.id,
      "data-name": node.label,
    },
    draw("title", {}, node.isFolded ? node.members.slice(0, 20).join("\n") : text),
    draw("rect", { x: node.x, y: node.y, width: nodeWidth, height: nodeHeight, rx: 3 }),
    draw("text", { x: node.x + 8, y: node.y + 15 }, fitName(nameInGroup(text, node.group), 20)),
  );
  shown.addEventListener("click", () => open(node));
  shown.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    open(node);
  });
  return shown;
}

/** The namespace stands above: what differs is the rest. */
function nameInGroup(label: string, group: string): string {
  return label.startsWith(`${group}/`) ? label.slice(group.length + 1) : label;
}

function fitName(text: string, lengthMax: number): string {
  const characters = [...text];
  return characters.length <= lengthMax ? text : `${characters.slice(0, lengthMax - 1).join("")}…`;
}

/** The lines of the node under the pointer or the focus stand out. */
function light(picture: SVGElement): void {
  const edges = [...picture.querySelectorAll("path.edge")];
  const set = (target: EventTarget | null) => {
    const node = target instanceof Element ? target.closest("g.node") : null;
    const id = node?.getAttribute("data-id") ?? "";
    picture.classList.toggle("lit", id !== "");
    for (const edge of edges) {
      const isNear = edge.getAttribute("data-from") === id || edge.getAttribute("data-to") === id;
      edge.classList.toggle("near", id !== "" && isNear);
    }
  };
  picture.addEventListener("pointerover", ({ target }) => set(target));
  picture.addEventListener("pointerleave", () => set(null));
  picture.addEventListener("focusin", ({ target }) => set(target));
  picture.addEventListener("focusout", () => set(null));
}
