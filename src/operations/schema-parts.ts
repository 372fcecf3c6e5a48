/**
 * Holds the parts of the report's schema that several others are made of.
 * In: nothing. Out: zod schemas.
 */
import { z } from "zod";

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
