/**
 * Holds what the judge is told to heed, and what it heeds when nobody says.
 * In: nothing. Out: windows and severities.
 */
import type { Severity } from "../inventory/image.ts";

export interface JudgeSettings {
  /** **Unit**: microseconds. Watching a container for less never gives good coverage. */
  readonly minimumWindowUs: number;
  /** **Unit**: microseconds. "Not observed" for less never lowers a rank. */
  readonly loweringWindowUs: number;
  /** Severities that count as critical in the funnel. */
  readonly criticalSeverities: readonly Severity[];
}

const minuteUs = 60_000_000;

/**
 * Two windows, because they answer two questions. Five minutes is past the start of most programs,
 * enough to *say* what was not observed. Lazy loading and nightly jobs need a day before that may
 * *lower* anything.
 */
export const defaultSettings: JudgeSettings = {
  minimumWindowUs: 5 * minuteUs,
  loweringWindowUs: 24 * 60 * minuteUs,
  criticalSeverities: ["Critical"],
};
