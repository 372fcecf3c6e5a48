/**
 * Holds the drawing of an incident's processes as a tree: parents above, lines to what they began.
 * In: an incident. Out: one SVG element that needs no script and no style but the page's colours.
 */
import type { Incident } from "../../judge/incident/incident.ts";
import { levels } from "../../observe/detect/rule.ts";
import { type HtmlText, html } from "../safe-text.ts";
import { fit } from "../text-layout.ts";
import { sayProcess } from "./describe-incident.ts";
import { levelColors } from "./draw-incident-timeline.ts";
import { processTreeLines, type TreeLine } from "./process-tree-lines.ts";

/** **Unit**: pixels. */
const sizes = { row: 26, step: 22, width: 1040, margin: 12 } as const;
const stepsMax = 20;

/** **Shape**: a row a process, in the order of the tree. */
export function drawProcessTree(incident: Incident): HtmlText {
  const lines = processTreeLines(incident.processes);
  const rows = new Map(lines.map(({ process }, at) => [process.process, at]));
  const height = lines.length * sizes.row + 2 * sizes.margin;
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${sizes.width}" height="${height}"
 viewBox="0 0 ${sizes.width} ${height}" role="img" font-size="12" fill="currentColor">
<title>Tree of processes</title>
${lines.map((line, at) => drawElbow(line, at, rows))}
${lines.map((line, at) => drawProcess(line, at, incident))}
</svg>`;
}

function left(depth: number): number {
  return sizes.margin + Math.min(depth, stepsMax) * sizes.step;
}

function middle(at: number): number {
  return sizes.margin + at * sizes.row + sizes.row / 2;
}

function drawElbow(
  { process, depth }: TreeLine,
  at: number,
  rows: ReadonlyMap<string, number>,
): HtmlText {
  const above = rows.get(process.parent);
  if (above === undefined || depth === 0) return html``;
  const x = left(depth - 1) + 8;
  const line = `M${x} ${middle(above) + 9}V${middle(at)}H${left(depth)}`;
  return html`<path d="${line}" fill="none" stroke="var(--quiet)"/>
`;
}

function drawProcess({ process, depth }: TreeLine, at: number, incident: Incident): HtmlText {
  const x = left(depth);
  const y = middle(at);
  const color = colorOf(process.process, incident);
  const room = Math.max(16, Math.floor((sizes.width - x - 40) / 7));
  const weight = color === undefined ? "400" : "600";
  const told = process.isEntry ? " (began here)" : "";
  const label = `${fit(sayProcess(process), room - told.length)}${told}`;
  return html`<g><title>${process.binary} ${process.arguments}</title>
<rect x="${x}" y="${y - 9}" width="18" height="18" rx="3" fill="${color ?? "var(--raised)"}"
 stroke="var(--quiet)"/>
<text x="${x + 25}" y="${y + 4}" font-weight="${weight}">${label}</text></g>
`;
}

/** Of the gravest rule that speaks of it; undefined for none. */
function colorOf(process: string, { signals }: Incident): string | undefined {
  const own = signals.filter((signal) => signal.process === process).map(({ level }) => level);
  const gravest = levels.findLast((level) => own.includes(level));
  return gravest === undefined ? undefined : levelColors[gravest];
}
