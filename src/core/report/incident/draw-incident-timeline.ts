/**
 * Holds the drawing of an incident over time: a lane a process, its life as a bar, its deeds as
 * marks; those that rules speak of are large and named by their colour and their title.
 * In: an incident. Out: one SVG element that needs no script and no style but the page's colours.
 */

import { clockOf } from "../../judge/incident/clock-of.ts";
import type { Incident, IncidentProcess, TimelineEntry } from "../../judge/incident/incident.ts";
import { programOf } from "../../judge/incident/name-process.ts";
import type { Level } from "../../observe/detect/rule.ts";
import { type HtmlText, html } from "../safe-text.ts";
import { fit } from "../text-layout.ts";
import { processTreeLines, type TreeLine } from "./process-tree-lines.ts";

const laneCountMax = 40;
/** **Unit**: pixels. */
const sizes = { label: 260, axis: 780, lane: 22, top: 34, margin: 12 } as const;

export const levelColors: Readonly<Record<Level, string>> = {
  critical: "var(--now)",
  high: "var(--now)",
  medium: "var(--soon)",
  low: "var(--scheduled)",
  informational: "var(--later)",
};

/** **Shape**: at most 40 lanes, those with signals first; in the order of the tree. */
export function drawIncidentTimeline(incident: Incident): HtmlText {
  const lanes = chooseLanes(incident);
  const place = placer(incident);
  const height = sizes.top + lanes.length * sizes.lane + sizes.margin;
  const width = sizes.label + sizes.axis + 2 * sizes.margin;
  const known = new Map(lanes.map(({ process }, at) => [process.process, at]));
  const marks = incident.timeline.filter(({ process }) => known.has(process));
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"
 viewBox="0 0 ${width} ${height}" role="img" font-size="12" fill="currentColor">
<title>Processes over time</title>
${drawAxis(incident, height, place)}
${lanes.map(({ process }, at) => drawLane(process, at, place))}
${marks.map((entry) => drawMark(entry, laneMiddle(known.get(entry.process) ?? 0), place))}
</svg>`;
}

function chooseLanes({ processes }: Incident): readonly TreeLine[] {
  const lines = processTreeLines(processes);
  if (lines.length <= laneCountMax) return lines;
  const marked = lines.filter(({ process }) => process.signals.length > 0 || process.isEntry);
  const kept = new Set([...new Set([...marked, ...lines])].slice(0, laneCountMax));
  return lines.filter((line) => kept.has(line));
}

type Place = (timeUs: number) => number;

/** What began before or went on after stands at the edge. */
function placer({ firstSeenUs, lastSeenUs }: Incident): Place {
  const span = Math.max(1, lastSeenUs - firstSeenUs);
  const start = sizes.label + sizes.margin;
  return (timeUs) => {
    const part = Math.min(1, Math.max(0, (timeUs - firstSeenUs) / span));
    return Math.round(start + part * (sizes.axis - sizes.margin));
  };
}

function laneMiddle(at: number): number {
  return sizes.top + at * sizes.lane + sizes.lane / 2;
}

const tickCount = 5;

function drawAxis({ firstSeenUs, lastSeenUs }: Incident, height: number, place: Place): HtmlText {
  const span = lastSeenUs - firstSeenUs;
  const ticks = Array.from({ length: tickCount }, (_, at) => {
    const timeUs = firstSeenUs + (span * at) / (tickCount - 1);
    const x = place(timeUs);
    const anchor = at === 0 ? "start" : at === tickCount - 1 ? "end" : "middle";
    return html`<line x1="${x}" x2="${x}" y1="22" y2="${height - 6}" stroke="var(--line)"/>
<text x="${x}" y="14" text-anchor="${anchor}" fill="var(--quiet)">${clockOf(timeUs)}</text>
`;
  });
  return html`${ticks}`;
}

function drawLane(process: IncidentProcess, at: number, place: Place): HtmlText {
  const y = laneMiddle(at);
  const from = place(process.startUs);
  const to = Math.max(
    from + 2,
    place(process.exitUs === 0 ? Number.MAX_SAFE_INTEGER : process.exitUs),
  );
  const weight = process.signals.length > 0 ? "600" : "400";
  const name = fit(`${programOf(process)} ${process.arguments}`, 36);
  return html`<g><title>${programOf(process)} ${process.arguments}, pid ${process.pid}</title>
<text x="${sizes.margin}" y="${y + 4}" font-weight="${weight}">${name}</text>
<rect x="${from}" y="${y - 4}" width="${to - from}" height="8" rx="2" fill="var(--bar-before)"
 stroke="var(--bar)"/></g>
`;
}

function drawMark(entry: TimelineEntry, y: number, place: Place): HtmlText {
  const { timeUs, level, text } = entry;
  const color = level === undefined ? "var(--quiet)" : levelColors[level];
  const size = level === undefined ? 3 : 6;
  const x = place(timeUs);
  return html`<circle cx="${x}" cy="${y}" r="${size}" fill="${color}">
<title>${clockOf(timeUs)} ${text}</title></circle>
`;
}
