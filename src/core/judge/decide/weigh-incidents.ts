/**
 * Holds which open incidents weigh in the decisions about findings, and how much.
 * In: incidents. Out: for a finding, what the gravest of them weighs; undefined where none does.
 * Must never weigh an incident that is closed, nor one below medium.
 */
import type { Workload } from "../../observe/fact.ts";
import type { Incident } from "../incident/incident.ts";
import { levelRank } from "../incident/weigh-signals.ts";
import { workloadKey } from "../workload-key.ts";
import type { IncidentWeight } from "./incident-weight.ts";

export interface IncidentScale {
  /** False: no decision changes. */
  readonly weighs: boolean;
  readonly weigh: (finding: Weighable) => IncidentWeight | undefined;
}

interface Weighable {
  readonly id: string;
  readonly workload: Workload;
}

const leastOfWorkload = levelRank("medium");
const leastOfCause = levelRank("high");

/** **Order** of `incidents`: gravest first; of two that weigh the same the first is named. */
export function weighIncidents(incidents: readonly Incident[]): IncidentScale {
  const causes = new Map<string, string>();
  const places = new Map<string, Incident[]>();
  for (const incident of incidents) {
    const rank = levelRank(incident.severity);
    if (incident.state === "closed" || rank < leastOfWorkload) continue;
    for (const workload of incident.workloads) {
      const key = workloadKey(workload);
      const known = places.get(key);
      if (known === undefined) places.set(key, [incident]);
      else known.push(incident);
    }
    if (rank < leastOfCause) continue;
    for (const { findingId, why } of incident.possibleCauses) {
      const because = `it may be how ${nameIncident(incident)} began: ${why}`;
      if (!causes.has(findingId)) causes.set(findingId, because);
    }
  }
  return {
    weighs: places.size > 0 || causes.size > 0,
    weigh: ({ id, workload }) => {
      const cause = causes.get(id);
      if (cause !== undefined) return { isCause: true, because: cause };
      const [first, ...rest] = places.get(workloadKey(workload)) ?? [];
      if (first === undefined) return undefined;
      const more = rest.length === 0 ? "" : `, and ${rest.length} more`;
      return { isCause: false, because: `${nameIncident(first)} is open in the workload${more}` };
    },
  };
}

/** Severity and id are code's own: nothing of it is untrusted. */
function nameIncident({ id, severity }: Incident): string {
  return `incident ${id} (${severity})`;
}
