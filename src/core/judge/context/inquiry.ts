/**
 * Holds what is known of one place by itself, before its neighbours are looked at.
 * In: nothing. Out: types only.
 */
import type { Place } from "./context-scene.ts";
import type { Allowed } from "./judge-allowed.ts";
import type { Arrival } from "./judge-arrivals.ts";
import type { Sight } from "./judge-sight.ts";

export interface Inquiry {
  readonly place: Place;
  /** From where connections were seen to arrive. */
  readonly arrivals: readonly Arrival[];
  /** From where objects let them arrive. */
  readonly allowed: Allowed;
  /** What the sensors could see of that. */
  readonly sight: Sight;
}
