/**
 * Holds which containers there are in a recording, or in what a daemon keeps.
 * In: resolved sources. Out: containers by the names that people call them.
 * Must never keep events: a name is found in a first pass, its processes in a second one.
 */
import type { SeenContainer } from "./describe-event-file.ts";
import { containersOfFacts, listContainers } from "./list-containers.ts";
import { type Look, readFiles } from "./list-processes.ts";
import { observeState } from "./observe-state.ts";
import { refuseUnreadable } from "./read-recording.ts";
import { resolveTimeBound, type TimeBound } from "./time-range.ts";

/** **Cost**: one pass over the events; of a state over its facts, for they name all it saw. */
export async function seenContainers(look: Look): Promise<readonly SeenContainer[]> {
  if (look.sources.state !== "") return containersOfState(look);
  const recording = await readFiles(look, () => {});
  refuseUnreadable(recording);
  return listContainers(recording, look.identities);
}

async function containersOfState(look: Look): Promise<readonly SeenContainer[]> {
  const { sources, identities, problems, context } = look;
  const { facts, recording } = await observeState(sources.state, context, problems);
  const at = (bound: TimeBound | undefined, otherwise: number) =>
    bound === undefined ? otherwise : resolveTimeBound(bound, recording.toUs);
  const sinceUs = at(sources.since, Number.NEGATIVE_INFINITY);
  const untilUs = at(sources.until, Number.POSITIVE_INFINITY);
  const inTime = [...facts.containers].filter(
    ({ firstSeenUs, lastSeenUs }) => lastSeenUs >= sinceUs && firstSeenUs < untilUs,
  );
  return containersOfFacts(inTime, identities);
}
