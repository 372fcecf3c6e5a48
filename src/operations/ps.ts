/**
 * Holds the operation `ps`: the containers of a recording, or the process tree of one.
 * In: events, and the name of a container. Out: its processes, each with its class and the reason.
 */
import { z } from "zod";
import type { Event } from "../core/event/event.ts";
import { ProblemLog } from "../core/event/problem.ts";
import { formatTime } from "../core/judge/format-time.ts";
import { createProcessList, type ListedProcess } from "../core/observe/process-list.ts";
import { createObserver } from "../engine/observe-events.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import type { SeenContainer } from "./describe-event-file.ts";
import { findContainer, keyLength, listContainers } from "./list-containers.ts";
import { listEvents } from "./list-events.ts";
import { type ClusterDocuments, loadCluster } from "./load-cluster.ts";
import type { Operation, OperationContext } from "./operation.ts";
import { collectProbeCommands } from "./probe-commands.ts";
import { type Recording, readRecording } from "./read-recording.ts";
import { eventFields, identityFields, resolveSources, type Sources } from "./sources.ts";

const input = z.strictObject({
  container: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe("Container, pod or workload name, namespace/name, or id prefix; host for the host"),
  ...eventFields,
  ...identityFields,
});

/** A process as `ps` shows it. Times are ISO 8601; null when unknown, or while it runs. */
export interface ShownProcess extends Omit<ListedProcess, "startUs" | "exitUs"> {
  readonly start: string | null;
  readonly exit: string | null;
}

export interface PsOutput {
  /** null when no container was asked for: then `containers` lists them. */
  readonly container: SeenContainer | null;
  readonly containers: readonly SeenContainer[];
  /** **Order**: each process before its children. */
  readonly processes: readonly ShownProcess[];
  /** Processes beyond the bound of the list. */
  readonly leftOutCount: number;
}

const processCountMax = 20_000;

export const ps: Operation<z.infer<typeof input>, PsOutput> = {
  name: "ps",
  summary: "list containers, or the processes of one with their class",
  description:
    "Without a name lists the containers that the events show. With one shows its process tree: " +
    "which processes are the service itself, and which are probes, people, package managers or the " +
    "container runtime, each with the reason for its class.",
  effect: "read",
  input,
  run: async ({ container, ...given }, context) => {
    const problems = new ProblemLog();
    const sources = resolveSources(given, context.settings);
    const cluster = await loadCluster(sources, context, problems);
    const pass: Pass = { sources, cluster, problems, context };
    if (container === undefined) {
      const containers = await seenContainers(pass);
      return { container: null, containers, processes: [], leftOutCount: 0 };
    }
    return listProcesses(await findTarget(container, pass), pass);
  },
};

interface Pass {
  readonly sources: Sources;
  readonly cluster: ClusterDocuments;
  readonly problems: ProblemLog;
  readonly context: OperationContext;
}

async function seenContainers(pass: Pass): Promise<readonly SeenContainer[]> {
  const recording = await readAll(pass, () => {});
  return listContainers(recording, pass.cluster.identities);
}

/** Names are known only after the events were read once; a whole id and the host need no pass. */
async function findTarget(name: string, pass: Pass): Promise<SeenContainer> {
  if (name === "host" || name.startsWith("host:")) return unnamed(name.padEnd(5, ":"));
  if (!pass.sources.events.includes("-")) return findContainer(await seenContainers(pass), name);
  if (/^[0-9a-f]{31,64}$/.test(name)) return unnamed(name);
  throw new WaggleError(
    "usage",
    "Standard input can be read only once, so a container in it must be given by its whole id.",
  );
}

function unnamed(id: string): SeenContainer {
  const names = { namespace: "", pod: "", workload: "", container: "", image: "" };
  return { id, ...names, eventCount: 0, from: null, to: null };
}

async function listProcesses(target: SeenContainer, pass: Pass): Promise<PsOutput> {
  const { cluster, context, problems } = pass;
  const isHost = target.id.startsWith("host:");
  const container = isHost ? target.id : target.id.slice(0, keyLength);
  const list = createProcessList({ container, countMax: processCountMax });
  const probeCommands = collectProbeCommands(cluster.identities, context.settings, problems);
  const observer = createObserver({ folds: [list], tree: { probeCommands }, emit: () => {} });
  await readAll(pass, observer.observe);
  observer.finish();
  return {
    container: target,
    containers: [target],
    processes: list.list().map(show),
    leftOutCount: list.leftOutCount(),
  };
}

async function readAll(pass: Pass, onEvent: (event: Event) => void): Promise<Recording> {
  const { sources, context, problems } = pass;
  const { since, until } = sources;
  const names = await listEvents(context.files, sources.events, problems);
  return readRecording({ names, since, until, onEvent }, context, problems);
}

function show({ startUs, exitUs, ...process }: ListedProcess): ShownProcess {
  return { ...process, start: formatTime(startUs), exit: formatTime(exitUs) };
}
