/**
 * Holds what the drawer says of a flow.
 * In: a flow. Out: elements.
 */
import { type Child, count, make } from "./make-element.ts";
import { type PageContextData, showTime, workloadLink } from "./page-context.ts";
import type { PageEnd, PageFlow } from "./page-data.ts";
import { evidenceTable, factList } from "./show-evidence.ts";

export function endName(end: PageEnd, context: PageContextData): HTMLElement | string {
  if (end.workload >= 0) return workloadLink(context, end.workload);
  const name = end.name || end.address || end.kind;
  return name === end.kind ? name : `${name} (${end.kind})`;
}

/** `12 kB →, 3 MB ←`; what no sensor told is not zero. */
export function sayTraffic({ sentBytes, receivedBytes }: PageFlow): string {
  if (sentBytes === null && receivedBytes === null) return "not measured";
  return `${saySize(sentBytes)} →, ${saySize(receivedBytes)} ←`;
}

function saySize(bytes: number | null): string {
  if (bytes === null) return "?";
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** **Shape**: at most four proofs; the rest is counted. */
export function showFlow(flow: PageFlow, context: PageContextData): readonly Child[] {
  return [
    make(
      "p",
      {},
      endName(flow.from, context),
      " → ",
      endName(flow.to, context),
      flow.port > 0 ? ` port ${flow.port}/${flow.protocol}` : ` ${flow.protocol}`,
    ),
    factList([
      ["connections", count(flow.connectionCount)],
      ["failed", count(flow.failedCount)],
      ["bytes", sayTraffic(flow)],
      ["first seen", showTime(flow.firstSeen, context)],
      ["last seen", showTime(flow.lastSeen, context)],
      ["seen by", flow.seenBy.length === 0 ? "" : `the ${flow.seenBy.join(" and the ")} end`],
      ["direction", flow.directionKnown ? "" : "nobody saw who opened it"],
      ["whose doing", flow.actors.join(", ")],
      ["programs", flow.binaries.join(", ")],
      ["named by", `${flow.from.namedBy || "?"}, ${flow.to.namedBy || "?"}`],
      ["addresses", [flow.from.address, flow.to.address].filter(Boolean).join(" → ")],
    ]),
    make("h3", {}, "Proofs"),
    evidenceTable(flow.evidence.slice(0, 4), context, Math.max(0, flow.evidence.length - 4)),
  ];
}
