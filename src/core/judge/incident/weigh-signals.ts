/**
 * Holds which signals count for what: whether they make an incident, and how severe it is.
 * In: signals. Out: yes or no, a severity with its ground.
 * Must never let novelty alone, or weak signals without diversity, make an incident.
 */
import type { SignalFact } from "../../observe/detect/detect-fact.ts";
import { type Family, type Level, levels } from "../../observe/detect/rule.ts";
import { highFamilyCountMin, severityScores, weakTacticCountMin } from "./score-table.ts";

export function levelRank(level: Level): number {
  return levels.indexOf(level);
}

/** Medium or more, and more than "this is new". */
export function isStrong({ level, family }: SignalFact): boolean {
  return levelRank(level) >= levelRank("medium") && family !== "novelty";
}

/** Whether the signals of one session are an incident by themselves. */
export function makesIncident(signals: readonly SignalFact[]): boolean {
  if (signals.some(isStrong)) return true;
  const weak = signals.filter(({ family }) => family !== "novelty");
  const tactics = new Set(weak.flatMap((signal) => signal.tactics));
  if (tactics.size < weakTacticCountMin) return false;
  const sum = [...strongestOfFamilies(weak).values()].reduce((all, one) => all + one.score, 0);
  return sum >= leastScoreOf("medium");
}

/** Of each family the signal with the highest score; the first of equals. */
export function strongestOfFamilies(
  signals: readonly SignalFact[],
): ReadonlyMap<Family, SignalFact> {
  const strongest = new Map<Family, SignalFact>();
  for (const signal of signals) {
    const known = strongest.get(signal.family);
    if (known === undefined || signal.score > known.score) strongest.set(signal.family, signal);
  }
  return strongest;
}

function leastScoreOf(level: Level): number {
  return severityScores.find(([name]) => name === level)?.[1] ?? 0;
}

export interface Severity {
  readonly level: Level;
  /** Which line of the table decided. */
  readonly because: string;
}

/**
 * Severity by the table of scores, then by floors (a high rule alone is high) and a ceiling
 * (without a high rule it takes several families).
 */
export function judgeSeverity(signals: readonly SignalFact[], score: number): Severity {
  const byScore = severityScores.find(([, least]) => score >= least)?.[0] ?? "informational";
  const floor = floorOf(signals);
  if (levelRank(floor.level) >= levelRank(byScore)) return floor;
  const ceiling = ceilingOf(signals);
  if (levelRank(ceiling.level) < levelRank(byScore)) return ceiling;
  return { level: byScore, because: `a score of ${score}` };
}

function floorOf(signals: readonly SignalFact[]): Severity {
  const grave = signals.filter(({ level }) => levelRank(level) >= levelRank("high"));
  const critical = grave.find(({ level, incomplete }) => level === "critical" && !incomplete);
  if (critical !== undefined) return { level: "critical", because: "a rule of level critical" };
  if (grave.length > 0) return { level: "high", because: "a rule of level high" };
  const strong = signals.filter(isStrong);
  const isLone = strong.length === 1 && strong.every(({ incomplete }) => incomplete);
  if (strong.length === 0 || isLone) return { level: "low", because: "weak signals alone" };
  return { level: "medium", because: "a rule of level medium" };
}

function ceilingOf(signals: readonly SignalFact[]): Severity {
  const strong = signals.filter(isStrong);
  const families = new Set(strong.map(({ family }) => family)).size;
  const isGrave = strong.some(({ level }) => levelRank(level) >= levelRank("high"));
  if (isGrave && families >= 2) return { level: "critical", because: "several families" };
  if (isGrave || families >= highFamilyCountMin) {
    return { level: "high", because: isGrave ? "one family of rules" : "no rule of level high" };
  }
  return { level: "medium", because: "no rule of level high, and few families" };
}
