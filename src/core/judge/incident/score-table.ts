/**
 * Holds the published numbers of incidents: what multiplies a score, and which score is how severe.
 * In: nothing. Out: tables; `docs/incidents.md` shows them.
 * Must never be tuned to a recording: a number here says how much a kind of thing matters.
 */
import type { Level } from "../../observe/detect/rule.ts";
import type { RoleName } from "../context/workload-context.ts";

/** By the number of distinct ATT&CK tactics; more than the last count as the last. */
export const tacticFactors: readonly number[] = [1, 1, 1.2, 1.4, 1.6, 1.8];

/** What a workload is; the largest of its roles counts. */
export const roleFactors: Readonly<Partial<Record<RoleName, number>>> = {
  secrets: 1.5,
  identity: 1.5,
  "control-plane": 1.5,
  database: 1.3,
  storage: 1.3,
  ci: 1.3,
  queue: 1.2,
  "admin-tool": 1.2,
};

/** Rights that give the node, or powerful credentials of the cluster. */
export const privilegedFactor = 1.3;

/** What a further match of a family adds, as a part of its strongest; and how many count. */
export const repeatShare = 0.1;
export const repeatCountMax = 3;

/** A match that rests on cut text or lost events counts so much. */
export const incompleteShare = 0.7;

/** Least score of each severity. **Order**: gravest first. */
export const severityScores: readonly (readonly [Level, number])[] = [
  ["critical", 200],
  ["high", 80],
  ["medium", 25],
  ["low", 8],
  ["informational", 0],
];

/** Distinct tactics that weak signals must show to be an incident without any stronger one. */
export const weakTacticCountMin = 3;

/** Families with a medium signal that are needed for `high` where no rule of level high matched. */
export const highFamilyCountMin = 3;
