/**
 * Holds a way from the internet to a workload as a line of steps.
 * In: a path. Out: an ordered list; each observed step opens its flow.
 */
import { make } from "./make-element.ts";
import { openLink, type PageContextData, workloadLink } from "./page-context.ts";
import type { PageHop, PagePath } from "./page-data.ts";

export function pathLine({ basis, hops }: PagePath, context: PageContextData): HTMLElement {
  const items = hops.map((hop) => {
    const name = hop.workload >= 0 ? workloadLink(context, hop.workload) : hop.name;
    return make("li", { "data-by": hop.by }, name, ...sayStep(hop));
  });
  const says = basis === "observed" ? "Connections were seen:" : "Objects allow it:";
  return make(
    "div",
    { class: "path-line" },
    make("span", { class: "quiet" }, says),
    make("ol", {}, ...items),
  );
}

function sayStep({ port, by, flow }: PageHop): readonly (HTMLElement | string)[] {
  if (by === "entry") return [];
  const says = `${port > 0 ? `:${port} ` : ""}${by}`;
  return [" ", flow === "" ? make("small", {}, says) : openLink(says, `x:${flow}`)];
}
