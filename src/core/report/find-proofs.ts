/**
 * Holds the way from ids of evidence to the evidence.
 * In: ids, a report. Out: records.
 */
import type { Evidence } from "../judge/verdict.ts";
import type { Report } from "./report.ts";

/** Evidence by id; ids that the report does not hold are left out. */
export function findProofs(ids: readonly string[], report: Report): readonly Evidence[] {
  return ids.flatMap((id) => {
    const found = Object.hasOwn(report.evidence, id) ? report.evidence[id] : undefined;
    return found === undefined ? [] : [found];
  });
}
