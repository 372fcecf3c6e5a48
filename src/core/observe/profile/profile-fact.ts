/**
 * Holds the fact of profiles: one thing that a workload was seen to do, how often, on how many days
 * and in how many runs.
 * In: nothing. Out: types only. They merge like all facts: any order, any number of times.
 */
import type { TimeUs } from "../../event/event.ts";

/**
 * `binary`: a program. `child`: which program started it. `destination`: who connected to which
 * kind of address, or network of the internet, and port. `path`: who touched which sensitive file.
 * `arguments`: a program with what it was told, variable parts left out.
 */
export type ProfileDimension = "binary" | "child" | "destination" | "path" | "arguments";

/** **Order**: as documents and listings show them. */
export const profileDimensions: readonly ProfileDimension[] = [
  "binary",
  "child",
  "destination",
  "path",
  "arguments",
];

/**
 * Whose profile it is. **Shape**: as a `Workload`. Without Kubernetes the kind is `Container` and
 * the name that of the image; of a host it is `Host`, the name that of the node, and the container
 * says which kind of session or which unit.
 */
export interface ProfilePlace {
  readonly cluster: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly container: string;
}

/** Key: place, dimension, value. */
export interface ProfileFact {
  readonly kind: "profile";
  readonly place: ProfilePlace;
  readonly dimension: ProfileDimension;
  /** In words that code wrote around names of programs and files, which are from telemetry. */
  readonly value: string;
  /** At least so often. **Merge**: max. */
  readonly count: number;
  /** **Unit**: days since 1970, UTC. The latest 32, in order. */
  readonly days: readonly number[];
  /** Containers in which it was seen, at most 16, sorted; none of a host. */
  readonly runs: readonly string[];
  readonly firstSeenUs: TimeUs;
  readonly lastSeenUs: TimeUs;
}

/** A `LossFact` of its own reason. */
export interface ProfileLoss {
  readonly kind: "loss";
  readonly node: "";
  readonly container: "";
  readonly reason: "profile-eviction";
  readonly sinceUs: TimeUs;
  readonly untilUs: TimeUs;
  readonly count: number;
  readonly detail: string;
}

/** Equal for equal places, whatever their names contain. */
export function profilePlaceKey(place: ProfilePlace): string {
  const { cluster, namespace, kind, name, container } = place;
  return JSON.stringify([cluster, namespace, kind, name, container]);
}
