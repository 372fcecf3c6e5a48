/**
 * Holds what the drawer says of a workload: exposure, roles, reach, flows, what was watched.
 * In: a workload's number. Out: elements.
 */
import { drawStrip } from "./draw-timeline.ts";
import { type Child, counted, make } from "./make-element.ts";
import {
  countLink,
  exposedMark,
  openLink,
  type PageContextData,
  workloadLink,
} from "./page-context.ts";
import type { PageContainer, PageContext, PageFlow, PageWorkload } from "./page-data.ts";
import { evidenceTable, factList } from "./show-evidence.ts";
import { findingLinks, textList } from "./show-finding.ts";
import { endName, sayTraffic } from "./show-flow.ts";
import { pathLine } from "./show-path.ts";

const shownMax = 12;

/** **Shape**: at most sixty flows and twelve containers; the rest is counted. */
export function showWorkload(
  workload: PageWorkload,
  index: number,
  context: PageContextData,
): readonly Child[] {
  const findings = context.data.findings.filter((one) => one.workload === index);
  const urgent = findings.filter(({ decision }) => decision.name === "act-now");
  return [
    make(
      "p",
      {},
      `${workload.kind}. `,
      countLink(findings.length, { workload: workload.name }, "finding"),
      ", ",
      countLink(urgent.length, { workload: workload.name, decision: "act-now" }),
      " to act on now.",
    ),
    findingLinks(urgent.length > 0 ? urgent : findings, 5),
    ...(workload.context === null
      ? [make("p", { class: "quiet" }, "Nothing is known of its place in the network.")]
      : showPlace(workload.context, context)),
    make("h3", {}, "Flows"),
    flowTable(index, context),
    make("h3", {}, "What was watched"),
    ...workload.containers.slice(0, shownMax).map((one) => showContainer(one, context)),
    workload.containers.length > shownMax
      ? make(
          "p",
          { class: "quiet" },
          counted(workload.containers.length - shownMax, "more container"),
        )
      : null,
    workload.containers.length === 0
      ? make("p", { class: "quiet" }, "No container of it was seen: its use is unknown.")
      : null,
  ];
}

function showPlace(place: PageContext, context: PageContextData): readonly Child[] {
  const { exposure, paths, roles, reach, reached } = place;
  return [
    make("h3", {}, "Exposure"),
    make("p", {}, exposedMark(exposure.exposed), ` ${exposure.because}`),
    ...paths.map((path) => pathLine(path, context)),
    factList([
      ["seen from", exposure.observed === "never" ? "nowhere" : words(exposure.observed)],
      ["allowed from", exposure.allowed === "unknown" ? "not known" : words(exposure.allowed)],
      ["step by step", sayChain(exposure)],
      ["disagreement", exposure.disagreement],
      ["not visible", exposure.limits.join("; ")],
      ["listens on", exposure.ports.map(({ port, protocol }) => `${port}/${protocol}`).join(", ")],
    ]),
    exposure.evidence.length === 0 ? null : evidenceTable(exposure.evidence.slice(0, 6), context),
    roles.length === 0 ? null : make("h3", {}, "What it is"),
    ...roles.flatMap(({ role, confidence, because, evidence }) => [
      make("p", {}, make("b", {}, words(role)), ` (${confidence}): ${because.join("; ")}`),
      evidence.length === 0 ? null : evidenceTable(evidence.slice(0, 4), context),
    ]),
    make("h3", {}, "Who controls it can reach"),
    factList([
      ["internet", reach.internet],
      ["cloud metadata", reach.metadata],
      ["workloads allowed", reach.allowedCount === null ? "unknown" : String(reach.allowedCount)],
      ["the node", reach.hostAccess.join("; ")],
    ]),
    ...(reached.length === 0 ? [] : [reachTable(place, context)]),
    reach.credentials.length === 0
      ? null
      : textList(
          reach.credentials.map(({ kind, name, rights, powerful }) => {
            const what = rights.length === 0 ? "" : `: ${rights.join(", ")}`;
            return `${words(kind)} ${name}${powerful ? " (powerful)" : ""}${what}`;
          }),
        ),
  ];
}

/** Of what is not exposed a way from the internet is that of who has taken over what is between. */
function sayChain({ exposed, hopCount }: PageContext["exposure"]): string {
  if (exposed === "yes" || hopCount === null || hopCount === 0) return "";
  const between = counted(hopCount, "other workload");
  return `whoever takes over the ${between} between could reach it from the internet`;
}

function words(name: string): string {
  return name.replaceAll("-", " ");
}

function reachTable({ reached }: PageContext, context: PageContextData): HTMLElement {
  const rows = reached.map(({ workload, how, ports, role }) =>
    make(
      "tr",
      {},
      make("td", { "data-label": "workload" }, workloadLink(context, workload)),
      make("td", { "data-label": "role" }, words(role) || "–"),
      make("td", { "data-label": "how" }, how),
      make("td", { "data-label": "ports" }, ports.join(", ") || "–"),
    ),
  );
  return plainTable(["workload", "role", "how", "ports"], rows);
}

function plainTable(names: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const head = names.map((name) => make("th", { scope: "col" }, name));
  return make(
    "table",
    { class: "facts" },
    make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...rows),
  );
}

function flowTable(index: number, context: PageContextData): HTMLElement {
  const flows = context.data.flows.filter(
    ({ from, to }) => from.workload === index || to.workload === index,
  );
  if (flows.length === 0) return make("p", { class: "quiet" }, "No connection of it was seen.");
  const rows = flows.slice(0, 60).map((flow) => flowRow(flow, context));
  const rest = flows.length - rows.length;
  const more = `${counted(rest, "more flow")}.`;
  const table = plainTable(["from", "to", "connections", "bytes"], rows);
  return make("div", {}, table, rest > 0 ? make("p", { class: "quiet" }, more) : null);
}

/** Bytes of a flow that no sensor measured are not zero, and said so. */
export function flowRow(flow: PageFlow, context: PageContextData): HTMLElement {
  const port = flow.port > 0 ? `:${flow.port}` : "";
  return make(
    "tr",
    {},
    make("td", { "data-label": "from" }, endName(flow.from, context)),
    make("td", { "data-label": "to" }, endName(flow.to, context), port),
    make(
      "td",
      { "data-label": "connections" },
      openLink(counted(flow.connectionCount, "connection"), `x:${flow.id}`),
    ),
    make("td", { "data-label": "bytes" }, sayTraffic(flow)),
  );
}

function showContainer(container: PageContainer, context: PageContextData): HTMLElement {
  const { sensors, losses, grades } = container;
  const names = [
    ...new Set(sensors.map(({ sensor, policy }) => (policy ? `${sensor} (${policy})` : sensor))),
  ];
  return make(
    "div",
    { class: "container" },
    drawStrip(container, context),
    factList([
      ["container", make("code", {}, container.containerId)],
      ["image", make("span", { class: "path" }, container.image)],
      ["joined by", container.joinedBy],
      ["SBOM, scan", `${container.sbom || "none"}, ${container.scan || "none"}`],
      ["watched", `${container.observedFrom ?? "?"} to ${container.observedUntil ?? "?"}`],
      ["from its start", container.fromStart ? "yes" : "no: what ran earlier is not known"],
      ["sensors", names.join(", ") || "none"],
      ["limits", [...new Set(sensors.flatMap(({ limits }) => limits))].join("; ")],
      [
        "packages",
        `coverage good for ${grades.good}, partial for ${grades.partial}, none for ${grades.none}`,
      ],
      [
        "may be missing",
        losses
          .map(({ reason, count: lost, detail }) => `${reason} (${lost}) ${detail}`.trim())
          .join("; "),
      ],
    ]),
  );
}
