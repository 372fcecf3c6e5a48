/**
 * Holds what a configuration says of judging.
 * In: settings. Out: the judge's own settings, with defaults, and what a person pinned.
 */
import type { Pins } from "../core/judge/context/judge-context.ts";
import { defaultSettings, type JudgeSettings } from "../core/judge/judge.ts";
import type { Settings } from "./operation.ts";
import { readDuration } from "./time-range.ts";

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

/** Names and roles. */
export function readPins({ config }: Settings): Pins {
  return {
    addressNames: new Map(Object.entries(config.addresses ?? {})),
    roles: new Map(Object.entries(config.roles ?? {})),
  };
}
