/**
 * Holds what the sensors could see of connections that arrive at a workload.
 * In: coverage, losses, a place. Out: whether silence means something, and its limits.
 * Must never take "nothing was seen" for "nothing arrives" where nothing could be seen.
 */
import { hostKey } from "../../observe/container-key.ts";
import type { FactSet } from "../../observe/fact-set.ts";
import { type NetworkSight, networkSight } from "../flows/network-sight.ts";
import type { Place } from "./context-scene.ts";

export interface Sight {
  /** A connection that arrives would have been seen, at the latest when it is answered. */
  readonly seesArrivals: boolean;
  /** A socket that listens would have been seen. */
  readonly seesListening: boolean;
  /** Watched from its start, and nothing was lost. */
  readonly isWhole: boolean;
  /** **Unit**: microseconds; of the container that was watched the longest. */
  readonly observedUs: number;
  /** What could not be seen, as clauses; empty when all could. */
  readonly limits: readonly string[];
}

const limitCountMax = 8;

/**
 * Of several containers the best: replicas do the same. An accept that was missed still shows when
 * bytes are sent or received on the socket.
 */
export function judgeSight(place: Place, facts: Pick<FactSet, "coverage" | "losses">): Sight {
  const sights = watchedParts(place).map((container) => networkSight({ container, facts }));
  const limits = [...new Set(sights.flatMap((sight) => sight.limits))];
  if (sights.length === 0) limits.push("none of its containers was watched");
  const { containers } = place;
  const isFromStart =
    containers.length > 0 && containers.every(({ join }) => join.container.fromStart);
  return {
    seesArrivals: sights.some(
      ({ accepts, sends, receives }) =>
        accepts.watch === "yes" || sends.watch === "yes" || receives.watch === "yes",
    ),
    seesListening: sights.some(({ listens }) => listens.watch === "yes"),
    isWhole: isFromStart && sights.length > 0 && !sights.some(isLossy),
    observedUs: containers.reduce((most, one) => Math.max(most, one.observedUs), 0),
    limits: limits.slice(0, limitCountMax),
  };
}

type WatchedPart = Parameters<typeof networkSight>[0]["container"];

function watchedParts({ isHost, workload, containers }: Place): readonly WatchedPart[] {
  if (!isHost) return containers.map(({ join }) => join.container);
  const span = { firstSeenUs: 0, lastSeenUs: 0, fromStart: false };
  return [{ container: hostKey(workload.name), node: workload.name, namespace: "", ...span }];
}

function isLossy({ accepts, listens, sends, receives }: NetworkSight): boolean {
  return [accepts, listens, sends, receives].some(({ lossy }) => lossy);
}
