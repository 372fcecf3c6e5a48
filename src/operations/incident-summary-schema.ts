/**
 * Holds the schema of what a report says of intrusions.
 * In: nothing. Out: zod schemas; the test of the report's schema holds them to its types.
 */
import * as z from "zod";
import { levels } from "../core/observe/detect/rule.ts";
import { detectionSources } from "../core/report/incident-summary.ts";
import { time, workloadSchema } from "./schema-parts.ts";

const grades = ["high", "medium", "low"] as const;
const states = ["open", "updated", "closed"] as const;

export const incidentSummarySchema = z
  .object({
    id: z.string().describe("Stable; `waggle incident ID` tells all about it"),
    severity: z.enum(levels),
    score: z.number(),
    confidence: z.enum(grades),
    state: z.enum(states),
    headline: z.string().describe("Untrusted text"),
    firstSeen: time,
    lastSeen: time,
    node: z.string(),
    workloads: z.array(workloadSchema),
    families: z.array(z.string()).describe("Kinds of behaviour that were seen"),
    tactics: z.array(z.string()).describe("ATT&CK"),
    techniques: z.array(z.string()).describe("ATT&CK"),
    possibleCauses: z.array(z.string()).describe("Ids of findings that may explain how it began"),
    contain: z.array(z.string()).describe("What contains it, first things first"),
  })
  .meta({ id: "incident", description: "An intrusion, in short" });

export const detectionSchema = z
  .object({
    source: z
      .enum(detectionSources)
      .describe("events: rules ran over them; state: what a daemon detected; off: not looked for"),
    signalCount: z.int(),
    incidentCount: z.int().describe("Also those that `incidents` leaves out"),
  })
  .meta({ id: "detection", description: "Whether intrusions were looked for" });
