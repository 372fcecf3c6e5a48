/**
 * Holds the pictures over time: proofs of a finding, and what was watched of a workload.
 * In: moments and spans. Out: SVG with a text that says the same.
 */
import type { Evidence } from "../../../judge/verdict.ts";
import { draw, make } from "./make-element.ts";
import { type PageContextData, showTime } from "./page-context.ts";
import type { PageContainer, PageUsage } from "./page-data.ts";

/** **Unit**: units of the view box. */
const width = 640;
const labelWidth = 120;
const rowHeight = 22;

/** **Unit**: of the view box; where a moment stands in a strip that starts at `start`. */
function placeOf(time: string | null, context: PageContextData, start: number): number {
  const { fromMs, toMs } = context;
  const ms = time === null ? fromMs : Date.parse(time);
  const share = toMs > fromMs ? (ms - fromMs) / (toMs - fromMs) : 0.5;
  return start + Math.min(1, Math.max(0, share)) * (width - start - 8);
}

/** null where nothing has a time. **Shape**: at most eight kinds of proof, four containers. */
export function drawTimeline(
  proofs: readonly Evidence[],
  containers: readonly PageContainer[],
  context: PageContextData,
): SVGElement | null {
  const timed = proofs.filter(({ time }) => time !== null);
  if (context.toMs <= context.fromMs || (timed.length === 0 && containers.length === 0))
    return null;
  const lanes = [...new Set(timed.map(({ shows }) => shows))].slice(0, 8);
  const watched = containers.slice(0, 4);
  const height = (lanes.length + watched.length) * rowHeight + 26;
  const said = timed.map(
    ({ shows, path, time }) => `${shows} ${path} at ${showTime(time, context)}`,
  );
  const picture = draw(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, class: "timeline", role: "img" },
    draw("title", {}, `When it was seen: ${said.join("; ") || "never"}`),
  );
  const base = height - 20;
  watched.forEach((container, row) => {
    picture.append(...drawWatched(container, row * rowHeight, context));
  });
  lanes.forEach((lane, index) => {
    const y = (watched.length + index) * rowHeight + rowHeight / 2;
    picture.append(
      draw("text", { x: labelWidth - 8, y: y + 4, "text-anchor": "end" }, lane.slice(0, 18)),
      draw("line", { x1: labelWidth, x2: width - 8, y1: y, y2: y, class: "lane" }),
      ...timed
        .filter(({ shows }) => shows === lane)
        .map((proof) =>
          draw("circle", {
            cx: placeOf(proof.time, context, labelWidth),
            cy: y,
            r: 4.5,
            class: proof.actor === "service" || proof.actor === "startup" ? "dot" : "dot other",
          }),
        ),
    );
  });
  picture.append(...drawAxis(base, context));
  return picture;
}

function drawWatched(container: PageContainer, top: number, context: PageContextData) {
  const y = top + rowHeight / 2;
  const start = placeOf(container.observedFrom, context, labelWidth);
  const end = placeOf(container.observedUntil, context, labelWidth);
  return [
    draw("text", { x: labelWidth - 8, y: y + 4, "text-anchor": "end" }, "watched"),
    draw("rect", {
      x: start,
      y: y - 4,
      width: Math.max(2, end - start),
      height: 8,
      class: container.fromStart ? "watched" : "watched late",
    }),
  ];
}

function drawAxis(y: number, context: PageContextData): readonly SVGElement[] {
  const { from, to } = context.data;
  return [
    draw("line", { x1: labelWidth, x2: width - 8, y1: y, y2: y, class: "axis" }),
    draw("text", { x: labelWidth, y: y + 15 }, showTime(from, context)),
    draw("text", { x: width - 8, y: y + 15, "text-anchor": "end" }, showTime(to, context)),
  ];
}

/** One strip in a row of the table of coverage. */
export function drawStrip(container: PageContainer, context: PageContextData): SVGElement {
  const start = placeOf(container.observedFrom, context, 8);
  const end = placeOf(container.observedUntil, context, 8);
  const picture = draw("svg", {
    viewBox: `0 0 ${width} 16`,
    class: "strip",
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  picture.append(
    draw("line", { x1: 8, x2: width - 8, y1: 8, y2: 8, class: "lane" }),
    draw("rect", {
      x: start,
      y: 2,
      width: Math.max(3, end - start),
      height: 12,
      class: container.fromStart ? "watched" : "watched late",
    }),
  );
  for (const { since, sensor } of container.sensors) {
    if (since === null || Date.parse(since) <= Date.parse(container.observedFrom ?? since))
      continue;
    const x = placeOf(since, context, 8);
    picture.append(
      draw(
        "line",
        { x1: x, x2: x, y1: 0, y2: 16, class: "gap" },
        draw("title", {}, `${sensor} came later`),
      ),
    );
  }
  return picture;
}

/** What use a verdict tells of in words, for those who see no picture. */
export function sayUse(usage: PageUsage, context: PageContextData): HTMLElement {
  const { firstSeen, lastSeen } = usage;
  const text =
    firstSeen === null
      ? "No use by the workload's own processes was seen."
      : `First seen ${showTime(firstSeen, context)}, last ${showTime(lastSeen, context)}.`;
  return make("p", { class: "quiet" }, text);
}
