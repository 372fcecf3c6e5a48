/**
 * Holds what is said of the exposure of what nobody saw: nothing, and that is never "no".
 * In: a reason. Out: an exposure.
 */
import type { FindingExposure } from "./workload-context.ts";

/** Of an image that no container was seen to run, or where nothing could tell. */
export function unknownExposure(because: string): FindingExposure {
  return { exposed: "unknown", observed: "never", allowed: "unknown", hopCount: null, because };
}
