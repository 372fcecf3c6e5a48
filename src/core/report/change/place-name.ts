/**
 * Holds what a workload is called in the history, in one text that decisions understand too.
 * In: a workload. Out: `namespace/name/container`, without the parts that it has not.
 * Must never leave the container out where there is one: a decision would cover its neighbours.
 */
import type { Workload } from "../../observe/fact.ts";

/** Untrusted text. */
export function placeName({ namespace, name, container }: Workload): string {
  return [namespace, name, container].filter((one) => one !== "").join("/");
}

/** For people: `shop/web/web` is `shop/web`. */
export function shortPlace(place: string): string {
  const parts = place.split("/");
  const [last, before] = [parts.at(-1), parts.at(-2)];
  return parts.length > 1 && last === before ? parts.slice(0, -1).join("/") : place;
}
