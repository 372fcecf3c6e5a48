/**
 * Holds an incident in OCSF 1.8.0: one Incident Finding, and a Detection Finding for each rule.
 * In: an incident, how the caller names techniques. Out: events as plain data, the incident first.
 * **Source**: OCSF 1.8.0, classes 2005 and 2004.
 */
import type { Incident } from "../../judge/incident/incident.ts";
import { nameWorkload } from "../../judge/name-workload.ts";
import type { SignalFact } from "../../observe/detect/detect-fact.ts";
import { makeVisible } from "../safe-text.ts";
import { analyticOf, evidencesOf } from "./ocsf-evidence.ts";
import {
  capitalize,
  confidenceIds,
  type OcsfObject,
  ocsfAttacks,
  ocsfObservable,
  ocsfTactics,
  ocsfTime,
  ocsfVersion,
  severityIds,
} from "./ocsf-parts.ts";

export interface OcsfOptions {
  /** **Shape**: of the program; "" unknown. */
  readonly productVersion: string;
  /** Name of an ATT&CK technique; "" unknown. */
  readonly techniqueName: (id: string) => string;
}

const detectionCountMax = 50;

/** **Order**: the incident, then its rules by first match. **Shape**: `{class_uid, …}` each. */
export function renderIncidentOcsf(
  incident: Incident,
  options: OcsfOptions,
): readonly OcsfObject[] {
  const rules = [...Map.groupBy(incident.signals, ({ rule }) => rule).values()];
  return [
    incidentFinding(incident, rules, options),
    ...rules
      .slice(0, detectionCountMax)
      .map((signals) => detectionFinding(incident, signals, options)),
  ];
}

const activities = { open: [1, "Create"], updated: [2, "Update"], closed: [3, "Close"] } as const;
const statuses = { open: [1, "New"], updated: [1, "New"], closed: [4, "Resolved"] } as const;
const inHand = [2, "In Progress"] as const;

function statusOf({ state, acknowledgement }: Incident) {
  return acknowledgement !== undefined && state !== "closed" ? inHand : statuses[state];
}

function incidentFinding(
  incident: Incident,
  rules: readonly (readonly SignalFact[])[],
  options: OcsfOptions,
): OcsfObject {
  const [statusId, status] = statusOf(incident);
  const all = { techniques: incident.techniques, tactics: incident.tactics };
  return {
    ...common(incident, options, 2005),
    class_name: "Incident Finding",
    status_id: statusId,
    status,
    message: makeVisible(incident.headline, 400),
    desc: makeVisible(incident.story.join(" "), 8000),
    attacks: [...ocsfAttacks(all, options.techniqueName), ...ocsfTactics(incident.tactics)],
    is_suspected_breach: incident.severity === "high" || incident.severity === "critical",
    ...assigneeOf(incident),
    verdict_id: 4,
    verdict: "Suspicious",
    finding_info_list: rules.map((signals) => findingInfo(incident, signals, options)),
    observables: incident.artefacts.map(ocsfObservable),
  };
}

/** The class wants a group or a person. */
function assigneeOf({ acknowledgement }: Incident): OcsfObject {
  if (acknowledgement === undefined) return { assignee_group: { name: "unassigned" } };
  const { by, text } = acknowledgement;
  return { assignee: { name: makeVisible(by, 200) }, comment: makeVisible(text, 4000) };
}

function detectionFinding(
  incident: Incident,
  signals: readonly SignalFact[],
  options: OcsfOptions,
): OcsfObject {
  const recovery = incident.actions.map(({ text }) => text).join(". ");
  const level = signals.reduce(
    (most, one) => (severityIds[one.level] > severityIds[most] ? one.level : most),
    signals[0]?.level ?? "informational",
  );
  return {
    ...common(incident, options, 2004),
    class_name: "Detection Finding",
    severity_id: severityIds[level],
    severity: capitalize(level),
    message: makeVisible(signals[0]?.title ?? "", 400),
    is_alert: true,
    status_id: statusOf(incident)[0],
    finding_info: findingInfo(incident, signals, options),
    evidences: evidencesOf(incident, signals),
    resources: incident.workloads.map((workload, at) => ({
      name: makeVisible(nameWorkload(workload), 300),
      type: makeVisible(workload.kind, 100),
      uid: makeVisible(incident.containers[at] ?? "", 100),
      ...(workload.namespace === "" ? {} : { namespace: makeVisible(workload.namespace, 100) }),
    })),
    observables: signals
      .flatMap(({ indicators }) => indicators)
      .slice(0, 64)
      .map(ocsfObservable),
    remediation: { desc: makeVisible(recovery, 4000) || "See the incident." },
    vulnerabilities: incident.possibleCauses.map(({ vulnerability, packageName }) => ({
      cve: { uid: makeVisible(vulnerability, 100) },
      title: makeVisible(`${vulnerability} in ${packageName} may explain the entry`, 300),
    })),
  };
}

function common(incident: Incident, { productVersion }: OcsfOptions, classUid: number): OcsfObject {
  const [activityId, activity] = activities[incident.state];
  return {
    activity_id: activityId,
    activity_name: activity,
    category_uid: 2,
    category_name: "Findings",
    class_uid: classUid,
    type_uid: classUid * 100 + activityId,
    time: ocsfTime(incident.firstSeenUs),
    start_time: ocsfTime(incident.firstSeenUs),
    end_time: ocsfTime(incident.lastSeenUs),
    severity_id: severityIds[incident.severity],
    severity: capitalize(incident.severity),
    confidence_id: confidenceIds[incident.confidence],
    confidence: capitalize(incident.confidence),
    metadata: {
      version: ocsfVersion,
      uid: incident.id,
      correlation_uid: incident.id,
      profiles: classUid === 2005 ? ["incident"] : [],
      product: {
        name: "waggle",
        vendor_name: "waggle",
        ...(productVersion === "" ? {} : { version: productVersion }),
      },
    },
  };
}

function findingInfo(
  incident: Incident,
  signals: readonly SignalFact[],
  { techniqueName }: OcsfOptions,
): OcsfObject {
  const [first] = signals;
  const times = signals.map(({ firstSeenUs }) => firstSeenUs);
  const last = signals.reduce((most, { lastSeenUs }) => Math.max(most, lastSeenUs), 0);
  const because = signals.flatMap((one) => one.because);
  const attacks = first === undefined ? [] : ocsfAttacks(first, techniqueName);
  return {
    uid: makeVisible(`${incident.id}:${first?.rule ?? ""}`, 300),
    title: makeVisible(first?.title ?? "", 300),
    desc: makeVisible([...new Set(because)].slice(0, 8).join("; "), 2000),
    analytic: analyticOf(first),
    attacks: [...attacks, ...ocsfTactics(first?.tactics ?? [])],
    first_seen_time: ocsfTime(times.reduce((least, one) => Math.min(least, one), times[0] ?? 0)),
    last_seen_time: ocsfTime(last),
    data_sources: ["Tetragon"],
    types: [first?.family ?? ""],
    // Whoever wrote a rule travels with its matches: the Detection Rule License asks for it.
    tags: [
      { name: "rule_author", value: makeVisible(first?.author ?? "", 300) },
      ...(first?.matrix ?? []).map((id) => ({
        name: "kubernetes_threat_matrix",
        value: makeVisible(id, 40),
      })),
    ],
  };
}
