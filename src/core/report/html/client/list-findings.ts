/**
 * Holds the list of findings with its filters and order.
 * In: the data and the state of the address. Out: the section's elements, filled anew for a state.
 */
import { countMatches, filterFindings, sortFindings } from "./filter-findings.ts";
import { showPage } from "./list-pages.ts";
import { type Child, count, counted, fill, make } from "./make-element.ts";
import {
  decisionChip,
  exposedMark,
  openLink,
  type PageContextData,
  useMark,
  workloadLink,
} from "./page-context.ts";
import type { PageFinding } from "./page-data.ts";
import { filterKeys, type PageState, withValues } from "./page-state.ts";

/** A phone shows a finding as a card of its own. */
const pageSize = () => (matchMedia("(max-width: 48rem)").matches ? 15 : 50);

const columns = [
  { name: "rank", label: "rank" },
  { name: "decision", label: "decision" },
  { name: "vulnerability", label: "vulnerability" },
  { name: "severity", label: "severity" },
  { name: "package", label: "package → fixed in" },
  { name: "workload", label: "workload" },
  { name: "use", label: "use" },
  { name: "exposed", label: "exposed" },
] as const;

const choices: readonly (readonly [key: string, label: string, values: readonly string[]])[] = [
  ["decision", "Decision", ["act-now", "soon", "scheduled", "next-upgrade"]],
  ["use", "Use", ["in-use", "unknown", "not-observed"]],
  ["exposed", "Exposed", ["yes", "unknown", "no"]],
];

export type Navigate = (state: PageState, isReplacing?: boolean) => void;

export interface View {
  show(state: PageState): void;
}

export function createFindingList(
  host: HTMLElement,
  context: PageContextData,
  navigate: Navigate,
): View {
  const form = make("form", { class: "filters", role: "search", "aria-label": "Filter findings" });
  const chips = make("div", { class: "active" });
  const status = make("p", { role: "status" });
  const body = make("tbody");
  const head = make("tr");
  const pages = make("div");
  const table = make("table", { class: "findings" }, make("thead", {}, head), body);
  fill(host, form, chips, status, table, pages);
  let current: PageState = { section: "findings", values: new Map() };
  const change = (changes: Readonly<Record<string, string>>, isReplacing = false) =>
    navigate(
      { ...withValues(current, { page: "", open: "", ...changes }), section: "findings" },
      isReplacing,
    );
  const inputs = addInputs(form, context, change);
  const show = (state: PageState) => {
    current = state;
    const { values } = state;
    for (const [key, input] of inputs) {
      if (document.activeElement !== input) input.value = values.get(key) ?? "";
    }
    const found = filterFindings(context.data, values);
    fill(status, ...sayCount(found, context.data.findings.length, state));
    fill(chips, ...activeFilters(state, context, change));
    fill(head, ...headCells(values.get("sort") ?? "rank", change));
    const sorted = sortFindings(found, values.get("sort") ?? "rank", context.data);
    const at = { page: Number(values.get("page") ?? 1) || 1, size: pageSize() };
    const page = showPage(sorted, at, (to) => change({ page: String(to) }));
    fill(body, ...page.items.map((one) => findingRow(one, context)));
    fill(pages, page.buttons);
    table.hidden = found.length === 0;
  };
  return { show };
}

type Change = (changes: Readonly<Record<string, string>>, isReplacing?: boolean) => void;

function addInputs(form: HTMLFormElement, context: PageContextData, change: Change) {
  const inputs = new Map<string, HTMLInputElement | HTMLSelectElement>();
  const add = (key: string, label: string, input: HTMLInputElement | HTMLSelectElement) => {
    inputs.set(key, input);
    form.append(make("label", {}, make("span", {}, label), input));
    const event = input instanceof HTMLSelectElement || key !== "q" ? "change" : "input";
    input.addEventListener(event, () => change({ [key]: input.value }, key === "q"));
  };
  const search = {
    type: "search",
    placeholder: "CVE, package, workload, image",
    autocomplete: "off",
  };
  add("q", "Search", make("input", search));
  for (const [key, label, values] of choices) {
    const options = values.map((value) => make("option", { value }, value.replaceAll("-", " ")));
    add(key, label, make("select", {}, make("option", { value: "" }, "any"), ...options));
  }
  const orders = columns.flatMap(({ name, label }) => [
    make("option", { value: name === "rank" ? "" : name }, label),
    make("option", { value: `-${name}` }, `${label}, last first`),
  ]);
  add("sort", "Order", make("select", {}, ...orders));
  const { data } = context;
  const lists: readonly (readonly [string, string, readonly string[]])[] = [
    ["workload", "Workload", data.findings.map((one) => data.workloads[one.workload]?.name ?? "")],
    ["image", "Image", data.findings.map(({ image }) => image)],
    ["package", "Package", data.findings.map((one) => one.package.name)],
  ];
  for (const [key, label, values] of lists) {
    const options = [...new Set(values)].filter(Boolean).sort();
    const list = make("datalist", { id: `list-${key}` });
    list.append(...options.slice(0, 2000).map((value) => make("option", { value })));
    form.append(list);
    add(
      key,
      label,
      make("input", { list: `list-${key}`, autocomplete: "off", placeholder: "any" }),
    );
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  return inputs;
}

function sayCount(
  found: readonly PageFinding[],
  all: number,
  { values }: PageState,
): readonly Child[] {
  const vulnerabilities = new Set(found.map(({ vulnerability }) => vulnerability.id)).size;
  const upgrades = new Set(found.map(({ upgrade }) => upgrade)).size;
  const parts = [
    counted(countMatches(found, values.get("stage") ?? ""), "match", "matches"),
    counted(vulnerabilities, "vulnerability", "vulnerabilities"),
    counted(upgrades, "upgrade"),
  ];
  const of = found.length === all ? ": " : ` of ${count(all)}: `;
  return [make("b", {}, counted(found.length, "finding")), of, parts.join(", ")];
}

/** What no input shows has a button that takes it away. */
function activeFilters(
  { values }: PageState,
  context: PageContextData,
  change: Change,
): readonly HTMLElement[] {
  const set = filterKeys.filter((key) => values.has(key));
  if (set.length === 0) return [];
  const clear = make("button", { type: "button" }, "Clear filters");
  clear.addEventListener("click", () => change(Object.fromEntries(set.map((key) => [key, ""]))));
  const hidden = set
    .filter((key) => key === "stage" || key === "action" || key === "vulnerability")
    .map((key) => {
      const value = values.get(key) ?? "";
      const shown = key === "action" ? (context.actions.get(value)?.title ?? value) : value;
      const button = make("button", { type: "button", "aria-label": `Remove filter ${key}` }, "×");
      button.addEventListener("click", () => change({ [key]: "" }));
      return make("span", { class: "filter" }, `${key}: ${shown} `, button);
    });
  return [...hidden, clear];
}

function headCells(sort: string, change: Change): readonly HTMLElement[] {
  return columns.map(({ name, label }) => {
    const order = sort === name ? "ascending" : sort === `-${name}` ? "descending" : "none";
    const button = make("button", { type: "button" }, label);
    button.addEventListener("click", () => {
      const sorted = order === "ascending" ? `-${name}` : name;
      change({ sort: sorted === "rank" ? "" : sorted });
    });
    return make("th", { scope: "col", "aria-sort": order }, button);
  });
}

function findingRow(one: PageFinding, context: PageContextData): HTMLElement {
  const { vulnerability, package: owner } = one;
  const fix = vulnerability.fixedIn[0];
  const known = vulnerability.kevSince === "" ? null : make("span", { class: "kev" }, "KEV");
  return make(
    "tr",
    {},
    make("td", { "data-label": "rank", class: "number" }, count(one.rank)),
    make("td", { "data-label": "decision" }, decisionChip(one.decision.name)),
    make(
      "td",
      { "data-label": "vulnerability" },
      openLink(vulnerability.id, `f:${one.id}`),
      " ",
      known,
    ),
    make("td", { "data-label": "severity" }, vulnerability.severity),
    make(
      "td",
      { "data-label": "package" },
      `${owner.name} ${owner.version}`,
      make("span", { class: "quiet" }, fix === undefined ? " no fix" : ` → ${fix}`),
    ),
    make("td", { "data-label": "workload" }, workloadLink(context, one.workload)),
    make("td", { "data-label": "use" }, useMark(one.usage.state)),
    make("td", { "data-label": "exposed" }, exposedMark(one.exposed)),
  );
}
