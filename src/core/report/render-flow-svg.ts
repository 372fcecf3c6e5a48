/**
 * Holds flows as a picture of their own: SVG that needs no script and loads nothing.
 * In: a report. Out: one document. Columns are hops from the internet, groups are namespaces; the
 * ways to what is to be done first are drawn strong, as on the HTML page.
 * Names are untrusted and stand escaped in text alone.
 */
import { buildPageData } from "./html/build-page-data.ts";
import { buildGraph } from "./html/client/build-graph.ts";
import {
  layOutGraph,
  measures,
  type PlacedEdge,
  type PlacedGroup,
  type PlacedNode,
} from "./html/client/layout-graph.ts";
import type { Report } from "./report.ts";
import { type HtmlText, html } from "./safe-text.ts";
import { fit } from "./text-layout.ts";

/** **Unit**: columns of text that a node of the layout's width has room for. */
const labelWidth = 19;

const style = html`text { font: 12px system-ui, sans-serif; fill: #1b1f24; }
.column { font-weight: 600; fill: #57606a; }
.group { fill: #f6f8fa; }
.group-name { font-size: 11px; fill: #57606a; }
.node { fill: #fff; stroke: #57606a; }
.outside { stroke-dasharray: 3 2; }
.act { stroke: #b42318; fill: #fff1f0; }
.edge { fill: none; stroke: #8c959f; stroke-width: 1; }
.path { stroke: #b42318; stroke-width: 2; }
.allowed { stroke-dasharray: 4 3; }`;

/** **Shape**: one SVG document, white behind, with a title for each edge. Ends in a newline. */
export function renderSvg(report: Report): string {
  const data = buildPageData(report);
  const options = { path: "", find: "", unfolded: new Set<string>(), isPathOnly: false };
  const { nodes, groups, edges, columns, width, height } = layOutGraph(buildGraph(data, options));
  const heads = columns.map(
    ({ x, name }) => html`<text class="column" x="${x}" y="16">${name}</text>`,
  );
  const drawn = html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"
 viewBox="0 0 ${width} ${height}" role="img">
<title>Flows, by distance from the internet</title>
<style>${style}</style>
<rect width="100%" height="100%" fill="#fff"/>
${heads}
${groups.map(drawGroup)}
${edges.map((edge) => drawEdge(edge, nodes))}
${nodes.map(drawNode)}
</svg>
`;
  return drawn.toString();
}

function drawGroup({ name, x, y, height }: PlacedGroup): HtmlText {
  return html`<rect class="group" x="${x - 6}" y="${y - 2}" rx="3"
 width="${measures.nodeWidth + 12}" height="${height + 8}"/>
<text class="group-name" x="${x}" y="${y + 11}">${fit(name, labelWidth)}</text>
`;
}

function drawNode({ x, y, label, group, workload, hasActNow, members }: PlacedNode): HtmlText {
  // The group says the namespace already.
  const short = label.startsWith(`${group}/`) ? label.slice(group.length + 1) : label;
  const kind = `node${workload < 0 ? " outside" : ""}${hasActNow ? " act" : ""}`;
  return html`<g><title>${members.slice(0, 20).join(", ")}</title>
<rect class="${kind}" x="${x}" y="${y}" rx="3"
 width="${measures.nodeWidth}" height="${measures.nodeHeight}"/>
<text x="${x + 8}" y="${y + 15}">${fit(short, labelWidth)}</text></g>
`;
}

function drawEdge(edge: PlacedEdge, nodes: readonly PlacedNode[]): HtmlText {
  const { from, to, line, isOnPath, isAllowedOnly, connectionCount } = edge;
  const kind = `edge${isOnPath ? " path" : ""}${isAllowedOnly ? " allowed" : ""}`;
  const nameOf = (id: string) => nodes.find((node) => node.id === id)?.label ?? id;
  const seen = isAllowedOnly ? "allowed, not seen" : `${connectionCount} connections`;
  return html`<path class="${kind}" d="${line}"><title>${nameOf(from)} to ${nameOf(to)}:
 ${seen}</title></path>
`;
}
