/**
 * Holds the sentences that say what people signed about findings.
 * In: a report, or one waiver. Out: plain sentences, one a decision, the most urgent finding first.
 * Must never leave out who answers for it and until when.
 */

import { nameWorkload } from "../judge/name-workload.ts";
import type { Waiver } from "../judge/waive/waiver.ts";
import type { Report } from "./report.ts";
import { plural } from "./text-layout.ts";

/** `accepted by Kim until 2026-12-31: no way in`. Its parts are untrusted. */
export function describeWaiver({ status, justification, reason, by, until }: Waiver): string {
  const why = justification === null ? "" : ` (${justification.replaceAll("_", " ")})`;
  return `${status.replaceAll("_", " ")}${why} by ${by} until ${until}: ${reason}`;
}

/** **Shape**: equal decisions on one vulnerability are one sentence. **Order**: by best rank. */
export function summarizeWaivers({ findings }: Report): readonly string[] {
  const signed = findings.filter(({ waiver }) => waiver !== null);
  const groups = Map.groupBy(signed, ({ vulnerability, waiver }) =>
    JSON.stringify([vulnerability.id, waiver]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first?.waiver === undefined || first.waiver === null) return [];
    const { vulnerability, waiver, workload } = first;
    const places = new Set(group.map((one) => nameWorkload(one.workload)));
    const others = places.size > 1 ? ` and ${plural(places.size - 1, "more workload")}` : "";
    const where = `${nameWorkload(workload)}${others}`;
    return [`${vulnerability.id} in ${where} (#${first.rank}): ${describeWaiver(waiver)}`];
  });
}
