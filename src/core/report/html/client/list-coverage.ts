/**
 * Holds the table of what was watched, workload by workload, the worst first.
 * In: the data. Out: rows with a strip over time, page by page.
 */
import { drawStrip } from "./draw-timeline.ts";
import { showPage } from "./list-pages.ts";
import { counted, fill, make } from "./make-element.ts";
import { countLink, openLink, type PageContextData, showTime } from "./page-context.ts";
import type { PageContainer, PageWorkload } from "./page-data.ts";

const coveragePageSize = 25;

interface Watched {
  readonly workload: PageWorkload;
  readonly index: number;
  readonly gaps: readonly string[];
}

export function listCoverage(host: HTMLElement, context: PageContextData): void {
  const rows = context.data.workloads
    .map((workload, index): Watched => ({ workload, index, gaps: gapsOf(workload) }))
    .filter(({ workload }) => workload.kind !== "Host" || workload.containers.length > 0)
    .sort((a, b) => b.gaps.length - a.gaps.length || a.index - b.index);
  const { from, to } = context.data;
  const span = from === "" ? "" : `, ${showTime(from, context)} to ${showTime(to, context)}`;
  const head = ["workload", `watched${span}`, "not known", "use unknown"].map((name) =>
    make("th", { scope: "col" }, name),
  );
  const unknown = countUnknown(context);
  const show = (page: number): void => {
    const { items, buttons } = showPage(rows, { page, size: coveragePageSize }, show);
    const body = items.map((one) => coverageRow(one, unknown.get(one.index) ?? 0, context));
    const table = make(
      "table",
      { class: "coverage" },
      make("thead", {}, make("tr", {}, ...head)),
      make("tbody", {}, ...body),
    );
    fill(host, rows.length === 0 ? make("p", {}, "No workload was seen.") : table, buttons);
  };
  show(1);
}

function countUnknown({ data }: PageContextData): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { workload, usage } of data.findings) {
    if (usage.state === "unknown") counts.set(workload, (counts.get(workload) ?? 0) + 1);
  }
  return counts;
}

/** What was not there, in words. */
function gapsOf({ containers }: PageWorkload): readonly string[] {
  if (containers.length === 0) return ["never seen running"];
  const some = (test: (one: PageContainer) => boolean, what: string) =>
    containers.some(test) ? [what] : [];
  const sensors = new Set(containers.flatMap((one) => one.sensors.map(({ sensor }) => sensor)));
  const missing = ["exec", "open", "mmap", "network"].filter(
    (name) => !sensors.has(name) && !(name === "mmap" && sensors.has("loader")),
  );
  const lost = containers.reduce(
    (sum, { losses }) => sum + losses.reduce((inner, one) => inner + one.count, 0),
    0,
  );
  return [
    ...some(({ sbom }) => sbom === "", "no SBOM"),
    ...some(({ sbom, scan }) => sbom !== "" && scan === "", "no scan"),
    ...some(({ fromStart }) => !fromStart, "joined late"),
    ...(missing.length === 0 ? [] : [`no sensor for ${missing.join(", ")}`]),
    ...(lost > 0 ? [`${counted(lost, "event")} lost`] : []),
    ...some(({ losses }) => losses.some((one) => one.count === 0), "events may be lost"),
  ];
}

function coverageRow(
  { workload, index, gaps }: Watched,
  unknownCount: number,
  context: PageContextData,
): HTMLElement {
  const strips = workload.containers.slice(0, 3).map((one) => drawStrip(one, context));
  const rest = workload.containers.length - strips.length;
  const more = rest > 0 ? make("small", {}, `${counted(rest, "more container")}`) : null;
  const use = { workload: workload.name, use: "unknown" };
  return make(
    "tr",
    {},
    make("td", { "data-label": "workload" }, openLink(workload.name, `w:${index}`)),
    make("td", { "data-label": "watched", class: "strips" }, ...strips, sayWatched(workload), more),
    make(
      "td",
      { "data-label": "not known" },
      gaps.join(", ") || make("span", { class: "quiet" }, "nothing missing"),
    ),
    make("td", { "data-label": "use unknown" }, countLink(unknownCount, use, "finding")),
  );
}

/** For those who see no picture. */
function sayWatched({ containers }: PageWorkload): HTMLElement {
  const [first] = containers;
  const span = `${first?.observedFrom ?? "?"} to ${first?.observedUntil ?? "?"}`;
  const text =
    first === undefined ? "not watched" : `${counted(containers.length, "container")}, ${span}`;
  return make("span", { class: first === undefined ? "quiet" : "for-ears" }, text);
}
