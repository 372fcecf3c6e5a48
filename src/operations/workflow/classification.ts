/**
 * Holds what an agent step says: its fields are those of KAI's analysis, each with its grounds.
 * In: nothing. Out: types only. A statement without a raw event behind it has no place here.
 */
import type { Incident, IncidentAction } from "../../core/judge/incident/incident.ts";
import type { Level } from "../../core/observe/detect/rule.ts";
import type { EventCitation } from "./cite-event.ts";

export interface EvidenceItem {
  /** ISO 8601 UTC; null unknown. */
  readonly time: string | null;
  readonly text: string;
  /** Command line of the process; "" unknown. */
  readonly command: string;
  readonly pid: number;
  readonly level: Level | "";
  readonly techniques: readonly string[];
  /** At least one. */
  readonly citations: readonly EventCitation[];
}

export interface RecommendedAction {
  readonly phase: IncidentAction["phase"];
  readonly text: string;
  readonly because: string;
  /** Quoted for a POSIX shell; "" none. */
  readonly command: string;
  readonly citations: readonly EventCitation[];
}

/** One incident, judged. */
export interface Classification {
  /** "" where there is no incident. */
  readonly incident: string;
  readonly severity: Level | "";
  readonly headline: string;
  /** ISO 8601 UTC; null unknown. */
  readonly first_seen: string | null;
  readonly last_seen: string | null;
  /** What happened, in order of time, out of the events that its timeline cites. */
  readonly story: readonly string[];
  readonly root_cause: string;
  readonly affected_component: string;
  /** One item an event; of many the gravest. **Order**: by time. */
  readonly evidence: readonly EvidenceItem[];
  /** What to do first of each kind: contain, preserve, eradicate, recover. */
  readonly recommended_action: string;
  readonly confidence: Incident["confidence"];
  /** Why the confidence is not higher. */
  readonly doubts: readonly string[];
  /** **Order**: what to do first. */
  readonly actions: readonly RecommendedAction[];
  /** What the three sentences above stand on. */
  readonly citations: {
    readonly root_cause: readonly EventCitation[];
    readonly affected_component: readonly EventCitation[];
    readonly recommended_action: readonly EventCitation[];
  };
  /** What was lost, or no sensor could tell, in its time. */
  readonly not_seen: readonly string[];
  /** Statements left out for want of a raw event behind them. */
  readonly uncitedCount: number;
}

/** The gravest incident as KAI's users know it; all of them in `incidents`. */
export interface ClassifyOutput extends Classification {
  readonly verdict: "incident" | "no-incident";
  /** Who judged: `rules`, or later the name of a model. */
  readonly by: string;
  /** **Order**: gravest first. */
  readonly incidents: readonly Classification[];
}
