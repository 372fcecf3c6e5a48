/**
 * Holds what a report says of intrusions: each incident in short, and whether any were looked for.
 * In: incidents. Out: summaries, the gravest, within a bound.
 * Must never take detection that was off for a quiet day.
 */
import { formatTime } from "../event/format-time.ts";
import type { Incident, IncidentState } from "../judge/incident/incident.ts";
import { levelRank } from "../judge/incident/weigh-signals.ts";
import type { Level } from "../observe/detect/rule.ts";
import type { Workload } from "../observe/fact.ts";

export const detectionSources = ["events", "state", "off"] as const;

export interface DetectionSummary {
  /** `events`: rules ran over a recording; `state`: what a daemon detected; `off`: not looked. */
  readonly source: (typeof detectionSources)[number];
  readonly signalCount: number;
  /** All of them, also those beyond the bound of the list. */
  readonly incidentCount: number;
}

/** Nothing was looked for. */
export const noDetection: DetectionSummary = { source: "off", signalCount: 0, incidentCount: 0 };

/** What `waggle incident` tells in full. Text is from telemetry and rules: hostile. */
export interface IncidentSummary {
  readonly id: string;
  readonly severity: Level;
  readonly score: number;
  readonly confidence: Incident["confidence"];
  readonly state: IncidentState;
  readonly headline: string;
  /** ISO 8601 UTC; null unknown. */
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly node: string;
  readonly workloads: readonly Workload[];
  /** Kinds of behaviour, by name. */
  readonly families: readonly string[];
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  /** Ids of findings that may explain how it began. */
  readonly possibleCauses: readonly string[];
  /** What contains it, first things first; at most 3. */
  readonly contain: readonly string[];
}

const incidentCountMax = 100;
const containCountMax = 3;

/** **Order**: as given: gravest first; the least grave are beyond the bound. */
export function summarizeIncidents(incidents: readonly Incident[]): readonly IncidentSummary[] {
  return incidents.slice(0, incidentCountMax).map(summarizeIncident);
}

function summarizeIncident(incident: Incident): IncidentSummary {
  const { id, severity, score, confidence, state, headline, node, workloads } = incident;
  const { families, tactics, techniques, possibleCauses, actions } = incident;
  return {
    ...{ id, severity, score, confidence, state, headline, node, workloads },
    ...{ families, tactics, techniques },
    firstSeen: formatTime(incident.firstSeenUs),
    lastSeen: formatTime(incident.lastSeenUs),
    possibleCauses: possibleCauses.map(({ findingId }) => findingId),
    contain: actions
      .filter(({ phase }) => phase === "contain")
      .slice(0, containCountMax)
      .map(({ text }) => text),
  };
}

/** Open, and grave enough to lift findings. **Order**: as given. */
export function pressingIncidents(
  incidents: readonly IncidentSummary[],
): readonly IncidentSummary[] {
  return incidents.filter(
    ({ state, severity }) => state !== "closed" && levelRank(severity) >= levelRank("medium"),
  );
}

/** How sure a heading may be. */
export function titleIncidents(pressing: readonly IncidentSummary[]): string {
  const isGrave = pressing.some(({ severity }) => levelRank(severity) >= levelRank("high"));
  return isGrave ? "Under attack now" : "Perhaps under attack";
}
