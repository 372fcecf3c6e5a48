/**
 * Holds the opening of what a daemon works with: store, archive, sources, the observation as it was
 * left.
 * In: settings and ports. Out: the parts, ready to run, and their closing in the right order.
 */
import { ProblemLog } from "../../core/event/problem.ts";
import type { LiveObservation, LiveOptions } from "../../engine/live-observation.ts";
import type { ArchiveWriter } from "../../ports/archive.ts";
import type { EventSource, SourcePosition } from "../../ports/event-source.ts";
import type { Log } from "../../ports/log.ts";
import type { Store } from "../../ports/store.ts";
import { createFolds } from "../create-folds.ts";
import { loadCluster } from "../load-cluster.ts";
import type { OperationContext } from "../operation.ts";
import { collectProbeCommands } from "../probe-commands.ts";
import { resolveSources } from "../sources.ts";
import { addStateSources } from "../state-sources.ts";
import { createArchiving } from "./archive-records.ts";
import { DaemonHealth } from "./daemon-health.ts";
import { FactKeeper } from "./keep-facts.ts";
import { type Resumed, resumeObservation } from "./resume-observation.ts";
import type { RunSettings } from "./run-settings.ts";

export interface Daemon {
  readonly settings: RunSettings;
  readonly context: OperationContext;
  readonly log: Log;
  readonly health: DaemonHealth;
  readonly store: Store;
  readonly archive: ArchiveWriter | undefined;
  readonly sources: EventSource[];
  readonly positions: Readonly<Record<string, SourcePosition>>;
  readonly observation: LiveObservation;
  readonly keeper: FactKeeper;
  readonly problems: ProblemLog;
}

/** **Unit**: milliseconds. */
const checkpointMs = 30_000;

/** **Errors**: throws what opening the store or a source throws; nothing is left open then. */
export async function openDaemon(
  settings: RunSettings,
  context: OperationContext,
): Promise<Daemon> {
  const { outside } = context;
  const log = await outside.services.log(settings.logLevel);
  const store = await outside.state.store(settings.state, "write");
  const opened: { archive: ArchiveWriter | undefined } = { archive: undefined };
  try {
    opened.archive = await openArchive(settings, context);
    return await assemble({ settings, context, log, store, archive: opened.archive });
  } catch (error) {
    await opened.archive?.close();
    await store.close();
    throw error;
  }
}

function openArchive(
  { state, archiveUs, archiveBytes }: RunSettings,
  { outside }: OperationContext,
): Promise<ArchiveWriter> | undefined {
  if (archiveUs === 0) return undefined;
  const limits = { ageUsMax: archiveUs, sizeBytesMax: archiveBytes };
  return outside.state.archiveWriter(state, limits);
}

type Opened = Pick<Daemon, "settings" | "context" | "log" | "store" | "archive">;

async function assemble(opened: Opened): Promise<Daemon> {
  const { settings, context, store, archive, log } = opened;
  const { outside } = context;
  const problems = new ProblemLog();
  const sources = await openSources(settings, context);
  const durable = sources.filter((source) => source.durable);
  const volatileNames = new Set(sources.flatMap(({ name, durable: is }) => (is ? [] : [name])));
  const protobufNames = volatileNames;
  const archiving = archive === undefined ? undefined : createArchiving(archive, protobufNames);
  const live: LiveOptions = {
    ...(await loadLiveOptions(settings, context)),
    problems,
    ...(archiving === undefined ? {} : { onRecord: archiving.onRecord }),
  };
  const resumed = await resumeObservation({
    facts: store.facts,
    writer: settings.name,
    live,
    archive: archive === undefined ? undefined : await outside.state.archiveReader(settings.state),
    volatileNames,
  });
  if (archive !== undefined && archiving !== undefined) {
    archiving.sequence = await archive.flush();
    archiving.skipUntil(resumed.archivedOffsets);
  }
  const keeper = new FactKeeper({
    observation: resumed.observation,
    facts: store.facts,
    archive,
    archivedSequence: () => archiving?.sequence ?? 0,
    clock: outside.services.clock,
    writer: settings.name,
    sequence: resumed.sequence,
    openKeys: await store.facts.openKeys(settings.name),
    checkpointMs,
  });
  tellResumed(log, resumed, { volatileCount: volatileNames.size, durableCount: durable.length });
  const { observation, positions } = resumed;
  const health = new DaemonHealth();
  return { ...opened, health, sources, positions, observation, keeper, problems };
}

async function openSources(
  { tetragon, follow }: RunSettings,
  { outside }: OperationContext,
): Promise<EventSource[]> {
  const opened: EventSource[] = [];
  for (const address of tetragon) opened.push(await outside.sources.tetragon(address));
  for (const file of follow) opened.push(await outside.sources.follow(file));
  return opened;
}

/** What policies in force and declared probes say, from files of now. */
export async function loadLiveOptions(
  { state }: Pick<RunSettings, "state">,
  context: OperationContext,
): Promise<Pick<LiveOptions, "createFolds" | "tree">> {
  const problems = new ProblemLog();
  const sources = await addStateSources(resolveSources({ state }, context.settings), context);
  const { identities, policies } = await loadCluster(
    { ...sources, tetragonMetrics: [] },
    context,
    problems,
  );
  const probeCommands = collectProbeCommands(identities, context.settings, problems);
  return { createFolds: () => createFolds(policies), tree: { probeCommands } };
}

function tellResumed(
  log: Log,
  { how, replayedCount, sequence, positions }: Resumed,
  counts: { readonly volatileCount: number; readonly durableCount: number },
): void {
  const sentences = {
    anew: "Nothing was kept before: beginning anew.",
    checkpoint: "Going on from the last checkpoint.",
    "facts-only": "The kept state is of another version: its facts stay, what ran is not known.",
  } as const;
  const known = Object.keys(positions).length;
  log.info(sentences[how], {
    batches: sequence,
    positions: known,
    replayed: replayedCount,
    ...counts,
  });
}
