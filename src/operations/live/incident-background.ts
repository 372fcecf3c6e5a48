/**
 * Holds what a report knows of the places of incidents: findings in use, roles, edges.
 * In: a report, in the process that makes it. Out: a setting of the store, and back again.
 * Must never hold a whole report: the daemon has to read it while it watches.
 */
import type { WorkloadContext } from "../../core/judge/context/workload-context.ts";
import type { FlowEdge } from "../../core/judge/flows/flow-edge.ts";
import type { Finding } from "../../core/judge/verdict.ts";
import { workloadKey } from "../../core/judge/workload-key.ts";
import type { Workload } from "../../core/observe/fact.ts";
import type { Report } from "../../core/report/report.ts";
import type { SettingStore } from "../../ports/store.ts";

export interface IncidentBackground {
  readonly findings: readonly Finding[];
  readonly contexts: readonly WorkloadContext[];
  readonly flows: readonly FlowEdge[];
}

const setting = "incident-background";
/** Of its shape: what another version wrote is not read. */
const version = 1;
const bounds = { findingsOfWorkload: 50, findings: 5000, contexts: 5000, flows: 10_000 };

export const noBackground: IncidentBackground = { findings: [], contexts: [], flows: [] };

/** **Errors**: throws what the store throws. */
export async function keepBackground(settings: SettingStore, report: Report): Promise<void> {
  const background = { version, ...selectBackground(report) };
  await settings.set(setting, JSON.stringify(background));
}

/** What is not there, or of another version, is nothing: incidents are judged without. */
export async function readBackground(settings: SettingStore): Promise<IncidentBackground> {
  const text = await settings.get(setting);
  if (text === undefined) return noBackground;
  const kept = JSON.parse(text) as IncidentBackground & { readonly version?: number };
  if (kept.version !== version) return noBackground;
  const { findings, contexts, flows } = kept;
  return { findings, contexts, flows };
}

/** Only findings that may explain an entry, the gravest of each workload. */
export function selectBackground({ findings, workloads, flows }: Report): IncidentBackground {
  const used = findings.filter(({ inUse, usage }) => inUse && usage.by.includes("service"));
  const byWorkload = Map.groupBy(used, ({ workload }) => workloadKey(workload));
  const kept = [...byWorkload.values()].flatMap((all) =>
    all.toSorted((a, b) => a.rank - b.rank).slice(0, bounds.findingsOfWorkload),
  );
  return {
    findings: kept.slice(0, bounds.findings),
    contexts: workloads.slice(0, bounds.contexts),
    flows: flows.slice(0, bounds.flows),
  };
}

/** Who is told may depend on what a workload is. */
export function rolesByWorkload({ contexts }: IncidentBackground) {
  const roles = new Map(
    contexts.map((one) => [workloadKey(one.workload), one.roles.map(({ role }) => role)]),
  );
  return (workload: Workload): readonly string[] => roles.get(workloadKey(workload)) ?? [];
}
