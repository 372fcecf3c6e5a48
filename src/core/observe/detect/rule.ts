/**
 * Holds what every detection rule says of itself, whatever form it has.
 * In: nothing. Out: types and the tables of levels and families that all forms share.
 * Must never hold how a rule matches.
 */
import type { Sensor } from "../evidence.ts";

/** **Order**: gravest last. **Source**: the levels of the Sigma specification 2.1. */
export const levels = ["informational", "low", "medium", "high", "critical"] as const;
export type Level = (typeof levels)[number];

/** What one match of a level adds to an incident, before diversity and role. */
export const levelScores: Readonly<Record<Level, number>> = {
  informational: 2,
  low: 8,
  medium: 25,
  high: 50,
  critical: 75,
};

/** The kinds of behaviour that detection covers; each rule belongs to one. */
export const families = [
  "reverse-shell",
  "download-execute",
  "miner",
  "miner-preparation",
  "fileless",
  "drift",
  "interactive-exec",
  "copy-from-pod",
  "credential-access",
  "cloud-metadata",
  "cluster-api",
  "escape",
  "privilege-escalation",
  "discovery",
  "scanning",
  "lateral-movement",
  "exfiltration",
  "command-and-control",
  "persistence",
  "supply-chain",
  "web-shell",
  "tampering",
  "masquerading",
  "flooding",
  "impact",
  "novelty",
] as const;
export type Family = (typeof families)[number];

/** Whether a word of a rule file, or of a configuration, is a family. */
export function isFamily(word: string): word is Family {
  return (families as readonly string[]).includes(word);
}

/** Whether a word is a level. */
export function isLevel(word: string): word is Level {
  return (levels as readonly string[]).includes(word);
}

/** Which form a rule has. */
export type RuleKind = "sigma" | "correlation" | "sequence" | "novelty";

/** A rule as messages name it. All text comes from rule files: hostile like any other. */
export interface RuleHead {
  /** Sigma: its `id` (a UUID) or else its name; ours: a slug. */
  readonly id: string;
  readonly title: string;
  readonly kind: RuleKind;
  readonly level: Level;
  /** Weight of one match; from `levelScores` unless the rule says another. */
  readonly score: number;
  readonly family: Family;
  /** ATT&CK ids of v19, for example `T1059.004`; older ids were translated. */
  readonly techniques: readonly string[];
  /** ATT&CK tactics by their short name, for example `credential-access`. */
  readonly tactics: readonly string[];
  /** Ids of the Microsoft Threat Matrix for Kubernetes, for example `MS-TA9006`. */
  readonly matrix: readonly string[];
  /** Who wrote it; travels with each match (Detection Rule License). "" unknown. */
  readonly author: string;
  /** Where it came from: file name as given. */
  readonly source: string;
  readonly description: string;
  readonly falsePositives: readonly string[];
  readonly blindSpots: readonly string[];
}

/**
 * Whether the sensors at hand can feed a rule. `with-policy`: only where a policy with that sensor
 * or hook is loaded. `never`: a field it needs does not exist here.
 */
export type Evaluable =
  | { readonly state: "yes" }
  | {
      readonly state: "with-policy";
      readonly sensors: readonly Sensor[];
      readonly policies: readonly string[];
      readonly why: string;
    }
  | { readonly state: "never"; readonly why: string };

/** What stands in a rule file, whether it can run or not. */
export interface RuleListing {
  readonly head: RuleHead;
  readonly evaluable: Evaluable;
}
