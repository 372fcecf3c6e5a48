/**
 * Holds which containers still run: what every "fixed" must rest on.
 * In: container and coverage facts, the time, the containers that the cluster lists. Out: one
 * standing a container. Must never say that one ended because nothing was heard of it.
 */
import type { TimeUs } from "../../event/event.ts";
import { isHostKey } from "../../observe/container-key.ts";
import type { ContainerFact, ContainerKey, CoverageFact } from "../../observe/fact.ts";

export interface ContainerStanding {
  readonly container: ContainerKey;
  /** Its pod, else what it is called; untrusted text. */
  readonly pod: string;
  readonly startedUs: TimeUs;
  /** `unknown`: nobody watched its node lately, so it may have ended unseen. */
  readonly standing: "running" | "ended" | "unknown";
}

export interface StandingOptions {
  readonly containers: readonly ContainerFact[];
  readonly coverage: readonly CoverageFact[];
  readonly nowUs: TimeUs;
  /** Keys of all containers of all pods, as the cluster says; undefined when it was not asked. */
  readonly listed?: ReadonlySet<ContainerKey>;
}

/** **Unit**: microseconds; a node that told nothing for longer is not watched. */
const quietUsMax = 600e6;

/** **Order**: of `containers`. */
export function judgeStandings(options: StandingOptions): readonly ContainerStanding[] {
  const watchedUntil = new Map<string, TimeUs>();
  for (const { node, untilUs } of options.coverage) {
    watchedUntil.set(node, Math.max(untilUs, watchedUntil.get(node) ?? 0));
  }
  return options.containers.map((one) => ({
    container: one.container,
    pod: one.pod === "" ? one.containerName : one.pod,
    startedUs: one.startedUs > 0 ? one.startedUs : one.firstSeenUs,
    standing: standingOf(one, watchedUntil.get(one.node) ?? 0, options),
  }));
}

function standingOf(
  { container, ended, pod, lastSeenUs }: ContainerFact,
  watchedUntilUs: TimeUs,
  { nowUs, listed }: StandingOptions,
): ContainerStanding["standing"] {
  if (isHostKey(container)) return "running";
  if (ended) return "ended";
  if (listed?.has(container) === true) return "running";
  // What runs beside the cluster is in no list of it; what just came may not be listed yet.
  if (listed !== undefined && pod !== "" && lastSeenUs < nowUs - quietUsMax / 10) return "ended";
  return Math.max(watchedUntilUs, lastSeenUs) >= nowUs - quietUsMax ? "running" : "unknown";
}
