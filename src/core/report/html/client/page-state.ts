/**
 * Holds what the address of the page says: section, filters, order, what is open.
 * In: the part behind `#`. Out: a `PageState`, and the way back.
 * Must take any text: whoever sends a link chose it.
 */

/** Keys of the list of findings; the others belong to the map and the drawer. */
export const filterKeys = [
  "q",
  "decision",
  "use",
  "exposed",
  "workload",
  "image",
  "package",
  "vulnerability",
  "stage",
  "action",
] as const;
export type FilterKey = (typeof filterKeys)[number];

export interface PageState {
  /** Id of the section, "" for the top. */
  readonly section: string;
  readonly values: ReadonlyMap<string, string>;
}

const allKeys: readonly string[] = [...filterKeys, "sort", "page", "open", "path", "find", "all"];

/** Unknown keys, empty values and odd sections are left out; values are cut. */
export function readState(hash: string): PageState {
  const text = hash.replace(/^#/, "");
  const at = text.indexOf("?");
  const section = at < 0 ? text : text.slice(0, at);
  const values = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(at < 0 ? "" : text.slice(at + 1))) {
    if (allKeys.includes(key) && value !== "") values.set(key, value.slice(0, 500));
  }
  return { section: /^[a-z-]*$/.test(section) ? section : "", values };
}

/** **Order**: of keys as listed here, so that one state has one address. */
export function writeState({ section, values }: PageState): string {
  const query = new URLSearchParams();
  for (const key of allKeys) {
    const value = values.get(key);
    if (value !== undefined && value !== "") query.set(key, value);
  }
  const text = query.toString();
  return `#${section}${text === "" ? "" : `?${text}`}`;
}

/** The state with some values changed; "" takes a value away. */
export function withValues(state: PageState, changes: Readonly<Record<string, string>>): PageState {
  const values = new Map(state.values);
  for (const [key, value] of Object.entries(changes)) {
    if (value === "") values.delete(key);
    else values.set(key, value);
  }
  return { section: state.section, values };
}

/** Address of a list with these filters alone. */
export function listAddress(filters: Readonly<Record<string, string>>): string {
  return writeState({ section: "findings", values: new Map(Object.entries(filters)) });
}
