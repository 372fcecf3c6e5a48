/**
 * Holds one look at the processes of a recording, or of what a daemon keeps: which containers there
 * are, what ran in one.
 * In: resolved sources. Out: containers, and the process tree of one with class and reason.
 * Must never keep events: a name is found in a first pass, its processes in a second one.
 */

import type { Event } from "../core/event/event.ts";
import { formatTime } from "../core/event/format-time.ts";
import type { ProblemLog } from "../core/event/problem.ts";
import type { ContainerIdentity } from "../core/inventory/image.ts";
import {
  createProcessList,
  type ListedProcess,
  type ProcessListOptions,
} from "../core/observe/process-list.ts";
import { createObserver } from "../engine/observe-events.ts";
import type { SeenContainer } from "./describe-event-file.ts";
import { readPast } from "./detect/read-past.ts";
import { containersOfFacts, listContainers } from "./list-containers.ts";
import { listEvents } from "./list-events.ts";
import { observeState } from "./observe-state.ts";
import type { OperationContext } from "./operation.ts";
import { type Recording, readRecording, refuseUnreadable } from "./read-recording.ts";
import type { Sources } from "./sources.ts";
import { resolveTimeBound, type TimeBound } from "./time-range.ts";

/** What is read, and where it comes from. */
export interface Look {
  readonly sources: Sources;
  readonly identities: readonly ContainerIdentity[];
  /** By container key. */
  readonly probeCommands: ReadonlyMap<string, readonly string[]>;
  readonly problems: ProblemLog;
  readonly context: OperationContext;
}

/** A process as `ps` shows it. Times are ISO 8601; null when unknown, or while it runs. */
export interface ShownProcess extends Omit<ListedProcess, "startUs" | "exitUs"> {
  readonly start: string | null;
  readonly exit: string | null;
}

export interface ProcessesOfOne {
  /** **Order**: each process before its children. */
  readonly processes: readonly ShownProcess[];
  /** Processes beyond the bound of the list. */
  readonly leftOutCount: number;
}

const processCountMax = 20_000;

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

/** Of a container, or of a node and with `hostKey("")` of all nodes. **Cost**: one pass. */
export async function listProcesses(
  container: ProcessListOptions["container"],
  look: Look,
): Promise<ProcessesOfOne> {
  const list = createProcessList({ container, countMax: processCountMax });
  const { probeCommands } = look;
  const observer = createObserver({ folds: [list], tree: { probeCommands }, emit: () => {} });
  await readAll(look, observer.observe);
  observer.finish();
  return { processes: list.list().map(show), leftOutCount: list.leftOutCount() };
}

/** A state keeps no processes but those of sessions with signals: its raw events have them all. */
async function readAll(look: Look, onEvent: (event: Event) => void): Promise<void> {
  const { state, since, until } = look.sources;
  if (state === "") await readFiles(look, onEvent);
  else await readPast({ state, events: [], since, until, onEvent }, look.context, look.problems);
}

async function readFiles(look: Look, onEvent: (event: Event) => void): Promise<Recording> {
  const { sources, context, problems } = look;
  const { since, until } = sources;
  const names = await listEvents(context.files, sources.events, problems);
  return readRecording({ names, since, until, onEvent }, context, problems);
}

function show({ startUs, exitUs, ...process }: ListedProcess): ShownProcess {
  return { ...process, start: formatTime(startUs), exit: formatTime(exitUs) };
}
