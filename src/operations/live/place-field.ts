/**
 * Holds the option by which operations are told where a finding is.
 * In: nothing. Out: a field.
 */
import { z } from "zod";

/** Words of a person: a workload, an image, a package. */
export const placeField = z
  .array(z.string().min(1).max(1000))
  .max(10)
  .optional()
  .describe("Where, when several have it: workload, image or package, as reports name them");
