/**
 * Holds the parts of the report's schema that several others are made of.
 * In: nothing. Out: zod schemas.
 */
import * as z from "zod";
import { justificationNames, waiverStatuses } from "../core/judge/waive/waiver.ts";

export const time = z
  .string()
  .nullable()
  .describe("ISO 8601 in UTC with microseconds; null: unknown");
export const evidenceIds = z.array(z.string()).describe("Ids into `evidence`");
export const actor = z.enum([
  "service",
  "startup",
  "probe",
  "operator",
  "package-manager",
  "bulk-reader",
  "runtime",
  "host",
]);

export const imageSchema = z
  .object({ reference: z.string(), digest: z.string() })
  .meta({ id: "image", description: "The image; either field is empty where it is unknown" });

export const workloadSchema = z
  .object({
    cluster: z.string(),
    namespace: z.string(),
    kind: z.string().describe('Owner kind; "Container" without Kubernetes, "Image": never seen'),
    name: z.string(),
    container: z.string(),
  })
  .meta({ id: "workload", description: "Stable owner of containers" });

export const waiverSchema = z
  .object({
    status: z.enum(waiverStatuses),
    justification: z.enum(justificationNames).nullable(),
    reason: z.string(),
    by: z.string().describe("Who answers for it"),
    until: z.string().describe("As configured; from then on it no longer applies"),
  })
  .meta({ id: "waiver", description: "A decision of a person, in force" });
