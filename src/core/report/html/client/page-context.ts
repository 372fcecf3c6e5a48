/**
 * Holds what every part of the page's script works with.
 * In: the data. Out: look-ups by id, and the links by which parts lead to each other.
 */
import type { Evidence } from "../../../judge/verdict.ts";
import { count, make } from "./make-element.ts";
import type { PageAction, PageData, PageFinding, PageFlow } from "./page-data.ts";
import { listAddress } from "./page-state.ts";

export interface PageContextData {
  readonly data: PageData;
  readonly findings: ReadonlyMap<string, PageFinding>;
  readonly evidence: ReadonlyMap<string, Evidence>;
  readonly flows: ReadonlyMap<string, PageFlow>;
  readonly actions: ReadonlyMap<string, PageAction>;
  /** **Unit**: milliseconds since 1970; equal where nothing has a time. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** **Cost**: one pass over each list, once a page. */
export function createContext(data: PageData): PageContextData {
  const fromMs = data.from === "" ? 0 : Date.parse(data.from);
  const toMs = data.to === "" ? 0 : Date.parse(data.to);
  return {
    data,
    findings: new Map(data.findings.map((one) => [one.id, one])),
    evidence: new Map(data.evidence.map((one) => [one.id, one])),
    flows: new Map(data.flows.map((one) => [one.id, one])),
    actions: new Map(data.actions.map((one) => [one.id, one])),
    fromMs,
    toMs: Math.max(fromMs, toMs),
  };
}

/** A link that opens something beside the page: `f:` finding, `w:` workload, `x:` flow, … */
export function openLink(text: string, what: string, title = ""): HTMLElement {
  return make(
    "a",
    {
      href: `#findings?open=${encodeURIComponent(what.toWellFormed())}`,
      "data-open": what,
      title: title === "" ? null : title,
    },
    text,
  );
}

/** A number that leads to the findings it counts. */
export function countLink(
  value: number,
  filters: Readonly<Record<string, string>>,
  noun = "",
): HTMLElement | string {
  const text = `${count(value)}${noun === "" ? "" : ` ${noun}${value === 1 ? "" : "s"}`}`;
  return value === 0 ? text : make("a", { href: listAddress(filters) }, text);
}

export function workloadLink({ data }: PageContextData, index: number): HTMLElement | string {
  const workload = data.workloads[index];
  return workload === undefined ? "–" : openLink(workload.name, `w:${index}`);
}

const decisionLabels: Readonly<Record<string, string>> = {
  "act-now": "act now",
  soon: "soon",
  scheduled: "scheduled",
  "next-upgrade": "next upgrade",
};

export function decisionChip(name: string): HTMLElement {
  return make("span", { class: "chip", "data-decision": name }, decisionLabels[name] ?? name);
}

export function useMark(state: string): HTMLElement {
  return make("span", { class: "use", "data-use": state }, state.replaceAll("-", " "));
}

export function exposedMark(exposed: string): HTMLElement {
  const words = exposed === "yes" ? "exposed" : exposed === "no" ? "not exposed" : "unknown";
  return make("span", { class: "use", "data-exposed": exposed }, words);
}

/** `14:02:10.436`; the day too where the window is longer than one. */
export function showTime(time: string | null, { fromMs, toMs }: PageContextData): string {
  if (time === null || time === "") return "–";
  const isLong = toMs - fromMs > 20 * 3_600_000;
  return isLong ? time.slice(0, 19).replace("T", " ") : time.slice(11, 23);
}
