/**
 * Holds the refusal of a workload's name that nothing in a report has.
 * In: a report and a name. Out: the workloads meant, at least one.
 */
import type { Workload } from "../core/observe/fact.ts";
import { findWorkloads } from "../core/report/find-workloads.ts";
import type { Report } from "../core/report/report.ts";
import { makeVisible } from "../core/report/safe-text.ts";
import { WaggleError } from "../ports/waggle-error.ts";

/** **Unit**: UTF-16 code units of a name in a message. */
const nameLengthMax = 120;

/** **Errors**: throws `not-found` with the nearest names. */
export function requireWorkloads(report: Report, name: string): readonly Workload[] {
  const { workloads, near } = findWorkloads(report, name);
  if (workloads.length > 0) return workloads;
  const names = near.map((one) => makeVisible(one, nameLengthMax));
  const hint = names.length === 0 ? "" : ` Near: ${names.join(", ")}.`;
  const asked = makeVisible(name, nameLengthMax);
  throw new WaggleError("not-found", `No workload "${asked}" is in the report.${hint}`);
}
