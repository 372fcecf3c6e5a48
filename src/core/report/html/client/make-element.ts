/**
 * Holds the only ways by which the page's script makes elements.
 * In: names and attributes that the script itself wrote; text of any origin as children. Out:
 * elements. Text becomes text nodes, so that nothing in it can be markup.
 * Must never take an attribute that runs, loads or leads away: those throw.
 */

type Attributes = Readonly<Record<string, string | number | boolean | null>>;
export type Child = Node | string | number | null;

const named = new Set(
  (
    "id class href type role tabindex for value hidden open scope colspan title lang name list " +
    "placeholder viewBox width height x y x1 y1 x2 y2 cx cy r rx d points transform selected " +
    "text-anchor marker-end preserveAspectRatio focusable autocomplete disabled checked dir"
  ).split(" "),
);

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  setAll(element, attributes);
  addAll(element, children);
  return element;
}

export function draw<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  setAll(element, attributes);
  addAll(element, children);
  return element;
}

export function addAll(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child !== null) element.append(typeof child === "number" ? String(child) : child);
  }
}

export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren();
  addAll(element, children);
}

function setAll(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    const isOurs = named.has(name) || name.startsWith("aria-") || name.startsWith("data-");
    if (!isOurs) throw new Error(`attribute ${name} is not for this page`);
    if (name === "href" && !String(value).startsWith("#")) throw new Error("links stay here");
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Digits in groups of three. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

export function counted(value: number, noun: string, nouns = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : nouns}`;
}
