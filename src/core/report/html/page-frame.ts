/**
 * Holds what every part of a page needs: links and marks, as markup.
 * In: names and numbers. Out: `HtmlText`. Links lead inside of the page only.
 */
import type { DecisionName } from "../../judge/decide/decision.ts";
import { type HtmlText, html } from "../safe-text.ts";
import { formatCount, plural } from "../text-layout.ts";

export const decisionLabels: Readonly<Record<DecisionName, string>> = {
  "act-now": "act now",
  soon: "soon",
  scheduled: "scheduled",
  "next-upgrade": "next upgrade",
};

export function decisionChip(name: DecisionName): HtmlText {
  return html`<span class="chip" data-decision="${name}">${decisionLabels[name]}</span>`;
}

/** Opens something beside the page; `what` is as the page's script reads it: `a:ID`. */
export function openLink(what: string, text: string | HtmlText): HtmlText {
  const address = queryOf("open", what);
  return html`<a href="#findings?${address}" data-open="${what}">${text}</a>`;
}

/** A number that leads to the findings it counts; nothing leads to none. */
export function countLink(count: number, query: string, noun = ""): HtmlText {
  const text = noun === "" ? formatCount(count) : plural(count, noun);
  return count === 0 ? html`${text}` : html`<a href="#findings?${query}">${text}</a>`;
}

/** `within 3 days`, from when it became known. */
export function sayDeadline(days: number | null): string {
  if (days === null) return "with the next upgrade";
  return days === 0 ? "today" : `within ${plural(days, "day")}`;
}

/** `key=value` for the address of a list; half a character would throw. */
export function queryOf(key: string, value: string): string {
  return `${key}=${encodeURIComponent(value.toWellFormed())}`;
}
