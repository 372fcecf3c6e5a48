/**
 * Holds flows as text that draws a graph: Graphviz (DOT) and Mermaid.
 * In: edges. Out: a document. Names are untrusted: each stands in quotes it cannot leave, and ids
 * are numbers. Equal edges give the same document.
 * **Source**: Graphviz, "The DOT Language" (quoted strings); Mermaid, flowcharts (entity codes).
 */
import type { FlowEdge, FlowEnd } from "../judge/flows/flow-edge.ts";
import { formatBytes, nameEnd } from "./render-flows.ts";
import { makeVisible } from "./safe-text.ts";

/** **Unit**: UTF-16 code units of a label. */
const labelLengthMax = 80;

interface Node {
  readonly id: string;
  readonly end: FlowEnd;
}

/** Edges of one pair of ends, by port. */
interface Graph {
  readonly nodes: readonly Node[];
  readonly arrows: readonly { readonly from: string; readonly to: string; readonly text: string }[];
}

function toGraph(flows: readonly FlowEdge[]): Graph {
  const nodes = new Map<string, Node>();
  const idOf = (end: FlowEnd): string => {
    const key = JSON.stringify([end.kind, end.workload, end.name, end.address]);
    const known = nodes.get(key);
    if (known !== undefined) return known.id;
    const node = { id: `n${nodes.size + 1}`, end };
    nodes.set(key, node);
    return node.id;
  };
  const arrows = flows.map((edge) => {
    const bytes = (edge.sentBytes ?? 0) + (edge.receivedBytes ?? 0);
    const size = edge.sentBytes === null && edge.receivedBytes === null ? "" : formatBytes(bytes);
    const port = `${edge.port === 0 ? "?" : edge.port}/${edge.protocol}`;
    const text = [port, size].filter((part) => part !== "").join(" ");
    return { from: idOf(edge.from), to: idOf(edge.to), text };
  });
  return { nodes: [...nodes.values()], arrows };
}

const isOutside = ({ kind }: FlowEnd) => kind === "internet" || kind === "metadata";

/** A graph from left to right; what is outside of the cluster is dashed. */
export function renderDot(flows: readonly FlowEdge[]): string {
  const { nodes, arrows } = toGraph(flows);
  const quote = (text: string) =>
    `"${makeVisible(text, labelLengthMax).replace(/\\/g, "\\\\").replace(/"/g, '\\"')}"`;
  const lines = [
    "digraph flows {",
    "  rankdir=LR;",
    '  node [shape=box, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...nodes.map(({ id, end }) => {
      const style = isOutside(end) ? ", style=dashed" : "";
      return `  ${id} [label=${quote(nameEnd(end))}${style}];`;
    }),
    ...arrows.map(({ from, to, text }) => `  ${from} -> ${to} [label=${quote(text)}];`),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/** Characters that end a label or begin markup, as entity codes. */
function mermaidText(text: string): string {
  return makeVisible(text, labelLengthMax).replace(
    /["#&<>;`\\|{}[\]()]/g,
    (character) => `#${character.codePointAt(0)};`,
  );
}

/** A flowchart from left to right. */
export function renderMermaid(flows: readonly FlowEdge[]): string {
  const { nodes, arrows } = toGraph(flows);
  const lines = [
    "flowchart LR",
    ...nodes.map(({ id, end }) => {
      const label = mermaidText(nameEnd(end));
      return isOutside(end) ? `  ${id}(["${label}"])` : `  ${id}["${label}"]`;
    }),
    ...arrows.map(({ from, to, text }) => `  ${from} -->|"${mermaidText(text)}"| ${to}`),
  ];
  return `${lines.join("\n")}\n`;
}
