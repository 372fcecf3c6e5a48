/**
 * Holds which vulnerabilities may explain how a service was made to run commands.
 * In: a case. Out: findings of its workloads whose packages were in use, most likely first.
 * Must never claim a cause: nothing here shows that a vulnerability was exploited.
 */
import { formatTime } from "../../event/format-time.ts";
import type { Finding } from "../verdict.ts";
import { workloadKey } from "../workload-key.ts";
import type { PossibleCause } from "./incident.ts";
import type { IncidentCase } from "./incident-case.ts";

const causeCountMax = 5;

/**
 * Only where the first session was started by a service, and of what was used before it: what the
 * intruder ran through the service is no way in. **Order**: most likely first.
 */
export function findPossibleCauses({
  input,
  sessions,
  workloads,
  firstSeenUs,
}: IncidentCase): readonly PossibleCause[] {
  const [first] = sessions;
  if (first?.entryKind !== "service") return [];
  const keys = new Set(workloads.map(workloadKey));
  const since = formatTime(firstSeenUs) ?? "";
  return input.findings
    .filter(({ workload, inUse, usage }) => {
      const isBefore = usage.firstSeen === null || usage.firstSeen < since;
      return inUse && isBefore && usage.by.includes("service") && keys.has(workloadKey(workload));
    })
    .sort((a, b) => weightOf(b) - weightOf(a) || a.rank - b.rank)
    .slice(0, causeCountMax)
    .map((finding) => ({
      findingId: finding.id,
      vulnerability: finding.vulnerability.id,
      packageName: finding.package.name,
      packageVersion: finding.package.version,
      decision: finding.decision.name,
      why: explain(finding),
    }));
}

function weightOf({ vulnerability, exposure, decision }: Finding): number {
  const automatable = decision.inputs.some(
    ({ name, value, assumed }) => name === "automatable" && value === "yes" && !assumed,
  );
  return (
    (vulnerability.kev === null ? 0 : 4) +
    (exposure.exposed === "yes" ? 2 : 0) +
    (automatable ? 1 : 0)
  );
}

function explain({ vulnerability, exposure, usage }: Finding): string {
  const parts = [
    "the service used it",
    ...(vulnerability.kev === null ? [] : ["it is known to be exploited"]),
    ...(exposure.exposed === "yes" ? ["the workload is reached from the internet"] : []),
  ];
  return `${parts.join(", ")} (${usage.level})`;
}
