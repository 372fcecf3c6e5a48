/**
 * Holds the table of proofs: each down to process, time, file and byte.
 * In: ids of evidence. Out: a table; ids that the page does not hold are counted.
 */

import type { Evidence } from "../../../judge/verdict.ts";
import { commandLine } from "./copy-command.ts";
import { eventCommand } from "./make-commands.ts";
import { type Child, counted, make } from "./make-element.ts";
import { openLink, type PageContextData, showTime } from "./page-context.ts";

export function lookUp(ids: readonly string[], { evidence }: PageContextData): readonly Evidence[] {
  return ids.flatMap((id) => evidence.get(id) ?? []);
}

/** `leftOutCount` is of proofs that never came to the page; both kinds of missing are said. */
export function evidenceTable(
  ids: readonly string[],
  context: PageContextData,
  leftOutCount = 0,
): HTMLElement {
  const proofs = lookUp(ids, context);
  const missing = ids.length - proofs.length + leftOutCount;
  const rows = proofs.map((proof) =>
    make(
      "tr",
      {},
      make(
        "td",
        { "data-label": "time" },
        openLink(showTime(proof.time, context), `e:${proof.id}`),
      ),
      make("td", { "data-label": "shows" }, proof.shows),
      make("td", { "data-label": "file", class: "path" }, proof.path || "–"),
      make("td", { "data-label": "by", class: "path" }, `${proof.binary || "–"} (${proof.actor})`),
      make("td", { "data-label": "times" }, proof.count),
    ),
  );
  const head = ["time", "shows", "file", "by", "times"].map((name) =>
    make("th", { scope: "col" }, name),
  );
  const table =
    rows.length === 0
      ? make("p", { class: "quiet" }, "No event is cited.")
      : make(
          "table",
          { class: "facts" },
          make("thead", {}, make("tr", {}, ...head)),
          make("tbody", {}, ...rows),
        );
  const more = `${counted(missing, "more proof")} in the JSON report.`;
  return make("div", {}, table, missing > 0 ? make("p", { class: "quiet" }, more) : null);
}

/** A list of names and values. */
export function factList(facts: readonly (readonly [string, Child])[]): HTMLElement {
  const items = facts
    .filter(([, value]) => value !== null && value !== "")
    .flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]);
  return make("dl", { class: "pairs" }, ...items);
}

/** One proof, whole. */
export function showEvidence(proof: Evidence, context: PageContextData): readonly Child[] {
  return [
    make("p", {}, `${proof.shows}${proof.path === "" ? "" : ` ${proof.path}`}`),
    factList([
      ["time", proof.time ?? "not known"],
      ["program", proof.binary],
      ["whose doing", `${proof.actor}: ${proof.actorReason}`],
      ["pid", proof.pid > 0 ? String(proof.pid) : ""],
      ["exec id", proof.execId],
      ["sensor", proof.policy === "" ? proof.sensor : `${proof.sensor}, policy ${proof.policy}`],
      ["node", proof.node],
      ["container", proof.container],
      ["recorded in", proof.input],
      ["at byte", proof.offset >= 0 ? String(proof.offset) : ""],
      ["seen", counted(proof.count, "time")],
    ]),
    commandLine(eventCommand(proof.input, proof.offset), "print the raw event"),
    make("h3", {}, "Findings that rest on it"),
    citingList(proof.id, context),
  ];
}

/** **Shape**: at most `countMax` links. */
const countMax = 30;

function citingList(id: string, { data }: PageContextData): HTMLElement {
  const citing = data.findings.filter(({ usage }) => usage.evidence.includes(id));
  if (citing.length === 0) return make("p", { class: "quiet" }, "None of them by its use.");
  const items = citing
    .slice(0, countMax)
    .map((one) =>
      make("li", {}, openLink(`${one.vulnerability.id} in ${one.package.name}`, `f:${one.id}`)),
    );
  const rest = citing.length - items.length;
  return make("ul", {}, ...items, rest > 0 ? make("li", {}, `${rest} more`) : null);
}
