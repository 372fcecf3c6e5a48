/**
 * Holds how a long list is shown page by page.
 * In: items, which page, how to go to another. Out: the items of the page and its buttons.
 */
import { count, make } from "./make-element.ts";

export interface Pages<Item> {
  readonly items: readonly Item[];
  readonly buttons: HTMLElement;
}

export function showPage<Item>(
  all: readonly Item[],
  at: { readonly page: number; readonly size: number },
  go: (page: number) => void,
): Pages<Item> {
  const pageCount = Math.max(1, Math.ceil(all.length / at.size));
  const page = Math.min(pageCount, Math.max(1, at.page));
  const start = (page - 1) * at.size;
  const items = all.slice(start, start + at.size);
  const button = (name: string, to: number) => {
    const one = make("button", { type: "button", disabled: to < 1 || to > pageCount }, name);
    one.addEventListener("click", () => go(to));
    return one;
  };
  const where =
    all.length === 0
      ? "none"
      : `${count(start + 1)}–${count(start + items.length)} of ${count(all.length)}`;
  const buttons = make("div", { class: "pages", role: "group", "aria-label": "Pages" });
  if (pageCount > 1) {
    buttons.append(button("Previous", page - 1), make("span", {}, where), button("Next", page + 1));
  }
  return { items, buttons };
}
