/**
 * Holds an incident: signals that belong together, as one story a person should read.
 * In: nothing. Out: types only. All text in it comes from telemetry and rules: hostile.
 * Confidence comes from rules and coverage, never from a model.
 */
import type { TimeUs } from "../../event/event.ts";
import type { ProcessFact, SignalFact, StepFact } from "../../observe/detect/detect-fact.ts";
import type { Indicator } from "../../observe/detect/detector.ts";
import type { Family, Level } from "../../observe/detect/rule.ts";
import type { EntryKind } from "../../observe/detect/subject.ts";
import type { Citation, ContainerKey, Workload } from "../../observe/fact.ts";
import type { FlowEdge } from "../flows/flow-edge.ts";

/** `closed`: nothing happened for a day, or a person closed it. */
export type IncidentState = "open" | "updated" | "closed";

/** One addend of the score, so that a person can add it up. */
export interface ScorePart {
  /** `signals of download-execute`, `3 tactics`, `role: database`. */
  readonly label: string;
  /** Added when `kind` is `add`, multiplied when `times`. */
  readonly kind: "add" | "times";
  readonly value: number;
}

export interface TimelineEntry {
  readonly timeUs: TimeUs;
  readonly process: string;
  readonly what: "signal" | "exec" | "exit" | StepFact["what"];
  /** What happened, in words that code wrote around quoted telemetry. */
  readonly text: string;
  readonly level: Level | undefined;
  readonly techniques: readonly string[];
  readonly count: number;
  readonly citations: readonly Citation[];
}

export interface IncidentProcess extends ProcessFact {
  /** It or a rule about it is why this is an incident. */
  readonly signals: readonly string[];
  readonly isEntry: boolean;
}

/** How somebody came in, as far as the events tell. */
export interface FirstAccess {
  readonly how: EntryKind;
  /** One sentence with its ground. */
  readonly text: string;
  readonly process: string;
  readonly confidence: "seen" | "likely" | "unknown";
  readonly citations: readonly Citation[];
}

export interface IncidentAction {
  readonly phase: "contain" | "preserve" | "eradicate" | "recover";
  /** Imperative, names the object: `Block 203.0.113.7 at the egress of payments/api`. */
  readonly text: string;
  /** Why: which evidence it rests on. */
  readonly because: string;
  /** A command to read and change, "" where none fits; arguments are quoted for a POSIX shell. */
  readonly command: string;
  readonly citations: readonly Citation[];
}

/** A vulnerability of the container that was in use and may explain the entry. */
export interface PossibleCause {
  readonly findingId: string;
  readonly vulnerability: string;
  readonly packageName: string;
  readonly packageVersion: string;
  readonly decision: string;
  readonly why: string;
}

/** A person has it in hand. Words of people: untrusted as all text. */
export interface Acknowledgement {
  readonly by: string;
  /** Why, or what is being done. */
  readonly text: string;
  readonly timeUs: TimeUs;
}

export interface Incident {
  /** Stable over runs and updates: hash of cluster or node, container, root of the session. */
  readonly id: string;
  readonly state: IncidentState;
  /** Left out where nobody said so; the judge never says so itself. */
  readonly acknowledgement?: Acknowledgement;
  readonly severity: Level;
  /** Sum that `scoreParts` give. */
  readonly score: number;
  readonly scoreParts: readonly ScorePart[];
  readonly confidence: "high" | "medium" | "low";
  /** Why the confidence is not higher; empty when high. */
  readonly doubts: readonly string[];
  /** One line, at most 120 characters. */
  readonly headline: string;
  /** A few sentences, in order of time. */
  readonly story: readonly string[];
  readonly firstSeenUs: TimeUs;
  readonly lastSeenUs: TimeUs;
  readonly node: string;
  readonly containers: readonly ContainerKey[];
  readonly workloads: readonly Workload[];
  /** Image references of the containers, sorted. */
  readonly images: readonly string[];
  /** Roots of the sessions it holds. */
  readonly entries: readonly string[];
  readonly families: readonly Family[];
  readonly techniques: readonly string[];
  readonly tactics: readonly string[];
  readonly matrix: readonly string[];
  /** Who wrote the rules that matched; Detection Rule License asks for it. */
  readonly authors: readonly string[];
  readonly signals: readonly SignalFact[];
  readonly timeline: readonly TimelineEntry[];
  readonly processes: readonly IncidentProcess[];
  readonly artefacts: readonly Indicator[];
  readonly firstAccess: FirstAccess;
  /** Flows of the containers in its time: what it could reach. */
  readonly reach: readonly FlowEdge[];
  readonly possibleCauses: readonly PossibleCause[];
  /** Gaps of telemetry in its time, in words. */
  readonly gaps: readonly string[];
  readonly actions: readonly IncidentAction[];
  /** Ids of incidents that share an indicator or a container, and why. */
  readonly related: readonly { readonly id: string; readonly why: string }[];
  /** What was left out at a bound, in words; empty when nothing was. */
  readonly omitted: readonly string[];
}
