/**
 * Holds what a configuration says of judging.
 * In: settings. Out: the judge's own settings, with defaults, and what a person pinned.
 */
import type { Pins } from "../core/judge/context/judge-context.ts";
import { defaultSettings, type JudgeSettings } from "../core/judge/default-settings.ts";
import type { Signed } from "../core/judge/waive/apply-waivers.ts";
import type { Settings } from "./operation.ts";
import { readDuration, readTime } from "./time-range.ts";

/** Windows and severities. */
export function judgeSettings({ config }: Settings): JudgeSettings {
  const minimum = readDuration(config["minimum-window"] ?? "");
  const lowering = readDuration(config["lowering-window"] ?? "");
  return {
    minimumWindowUs: minimum ?? defaultSettings.minimumWindowUs,
    loweringWindowUs: lowering ?? defaultSettings.loweringWindowUs,
    criticalSeverities: config["critical-severities"] ?? defaultSettings.criticalSeverities,
  };
}

/** **Unit**: microseconds of a day: one that is named counts until its end, in UTC. */
const dayUs = 86_400_000_000;

/**
 * What people signed, and when it is: `now` where it was given, else the end of what was seen.
 * **Order**: as configured. **Unit**: microseconds.
 */
export function readSigned(
  { config, file }: Settings,
  now: string | undefined,
  windowEndUs: number,
): Signed {
  const decisions = (config.decisions ?? []).map((one) => ({
    vulnerability: one.vulnerability,
    package: one.package ?? "",
    workload: one.workload ?? "",
    image: one.image ?? "",
    status: one.status,
    justification: one.justification ?? null,
    reason: one.reason,
    by: one.by,
    until: one.until,
    endUs: (readTime(one.until) ?? 0) + (/^[\d-]+$/.test(one.until) ? dayUs : 0),
  }));
  return { decisions, nowUs: readTime(now ?? "") ?? windowEndUs, input: file };
}

/** Names and roles. */
export function readPins({ config }: Settings): Pins {
  return {
    addressNames: new Map(Object.entries(config.addresses ?? {})),
    roles: new Map(Object.entries(config.roles ?? {})),
  };
}
