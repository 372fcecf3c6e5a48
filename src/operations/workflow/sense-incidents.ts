/**
 * Holds the sensor `waggle.incidents`: intrusions that detection found.
 * In: since when, how grave, where. Out: incidents, and what they were found in.
 */
import * as z from "zod";
import { formatTime } from "../../core/event/format-time.ts";
import type { Incident } from "../../core/judge/incident/incident.ts";
import { type Level, levels } from "../../core/observe/detect/rule.ts";
import { countSeverities } from "../../core/report/incident/render-incidents-text.ts";
import { plural } from "../../core/report/text-layout.ts";
import { containerField, sinceField, wantsContainer } from "./choose-acts.ts";
import { earliestUs } from "./sight.ts";
import type { StepUse } from "./step-use.ts";

const input = z.strictObject({
  since: sinceField,
  container: containerField,
  "min-severity": z
    .enum(levels)
    .optional()
    .describe("Only incidents of this severity or graver; all when left out"),
  incident: z.string().min(1).max(200).optional().describe("Only the one with this id"),
});

export interface IncidentsSeen {
  /** **Order**: gravest first. */
  readonly incidents: readonly Incident[];
  readonly counts: Readonly<Record<Level, number>>;
  readonly signalCount: number;
  readonly ruleCount: number;
  /** Rules that see nothing for want of a policy. */
  readonly waitingRuleCount: number;
  /** Incidents that the given conditions left out. */
  readonly leftOutCount: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly eventCount: number;
  /** At the index that citations carry. */
  readonly inputNames: readonly string[];
  /** What may be missing of the events, in words. */
  readonly gaps: readonly string[];
}

export const senseIncidents: StepUse<z.infer<typeof input>, IncidentsSeen> = {
  name: "waggle.incidents",
  type: "sensor",
  summary: "intrusions that detection found: signals joined into few stories",
  input,
  trustedKeys: [],
  readsActs: false,
  run: async ({ since = "", container, incident, ...given }, { sight }) => {
    const { incidents, judged, detected, listings } = await sight.incidents();
    const { facts, window, inputNames, problems } = judged;
    const wants = wantsContainer([...facts.containers], container);
    const sinceUs = earliestUs(since || sight.sinceDefault, window.toUs);
    const least = levels.indexOf(given["min-severity"] ?? "informational");
    const kept = incidents.filter(
      (one) =>
        one.lastSeenUs >= sinceUs &&
        levels.indexOf(one.severity) >= least &&
        (incident === undefined || one.id === incident) &&
        one.containers.some(wants),
    );
    const count = (state: string) =>
      listings.filter(({ evaluable }) => evaluable.state === state).length;
    return {
      incidents: kept,
      counts: countLevels(kept),
      signalCount: detected.signals.length,
      ruleCount: count("yes"),
      waitingRuleCount: count("with-policy"),
      leftOutCount: incidents.length - kept.length,
      from: formatTime(Math.max(window.fromUs, sinceUs)),
      to: formatTime(window.toUs),
      eventCount: window.eventCount,
      inputNames,
      gaps: problems
        .list()
        .filter(({ weight }) => weight === "lost" || weight === "unreadable")
        .slice(0, 20)
        .map(({ message, count: times }) => (times > 1 ? `${message} (${times} times)` : message)),
    };
  },
  describe: ({ incidents, signalCount }) =>
    incidents.length === 0
      ? `no incident, ${plural(signalCount, "signal")}`
      : `${countSeverities(incidents)}, ${plural(signalCount, "signal")}`,
};

function countLevels(incidents: readonly Incident[]): Readonly<Record<Level, number>> {
  const count = (level: Level) => incidents.filter(({ severity }) => severity === level).length;
  return {
    critical: count("critical"),
    high: count("high"),
    medium: count("medium"),
    low: count("low"),
    informational: count("informational"),
  };
}
