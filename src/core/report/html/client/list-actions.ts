/**
 * Holds the list of all actions: the page itself shows the first ones.
 * In: the data. Out: a table, page by page.
 */
import { showPage } from "./list-pages.ts";
import { fill, make } from "./make-element.ts";
import {
  countLink,
  decisionChip,
  openLink,
  type PageContextData,
  workloadLink,
} from "./page-context.ts";
import type { PageAction } from "./page-data.ts";

export function listActions(host: HTMLElement, context: PageContextData): void {
  const { actions } = context.data;
  const head = ["", "decision", "action", "where", "findings"].map((name) =>
    make("th", { scope: "col" }, name || "rank"),
  );
  const show = (page: number): void => {
    const { items, buttons } = showPage(actions, { page, size: 25 }, show);
    const body = items.map((one) => actionRow(one, context));
    const table = make(
      "table",
      { class: "actions" },
      make("thead", {}, make("tr", {}, ...head)),
      make("tbody", {}, ...body),
    );
    fill(host, table, buttons);
  };
  show(1);
}

function actionRow(action: PageAction, context: PageContextData): HTMLElement {
  const [first, ...rest] = action.workloads;
  return make(
    "tr",
    {},
    make("td", { "data-label": "rank", class: "number" }, action.rank),
    make("td", { "data-label": "decision" }, decisionChip(action.decision)),
    make("td", { "data-label": "action" }, openLink(action.title, `a:${action.id}`)),
    make(
      "td",
      { "data-label": "where" },
      first === undefined ? "–" : workloadLink(context, first),
      rest.length === 0 ? null : make("span", { class: "quiet" }, ` and ${rest.length} more`),
    ),
    make(
      "td",
      { "data-label": "findings" },
      countLink(action.findings.length, { action: action.id }),
    ),
  );
}
