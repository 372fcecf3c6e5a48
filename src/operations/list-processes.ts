/**
 * Holds one look at the processes of a recording, or of what a daemon keeps: what ran in one
 * container, or on a node.
 * In: resolved sources. Out: the process tree with class and reason. Must never keep events.
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
import { readPast } from "./detect/read-past.ts";
import { listEvents } from "./list-events.ts";
import type { OperationContext } from "./operation.ts";
import { type Recording, readRecording } from "./read-recording.ts";
import type { Sources } from "./sources.ts";

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

/** **Cost**: one pass over the events of files. */
export async function readFiles(look: Look, onEvent: (event: Event) => void): Promise<Recording> {
  const { sources, context, problems } = look;
  const { since, until } = sources;
  const names = await listEvents(context.files, sources.events, problems);
  return readRecording({ names, since, until, onEvent }, context, problems);
}

function show({ startUs, exitUs, ...process }: ListedProcess): ShownProcess {
  return { ...process, start: formatTime(startUs), exit: formatTime(exitUs) };
}
