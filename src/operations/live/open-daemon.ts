/**
 * Holds the opening of what a daemon works with: store, archive, sources, the observation as it was
 * left.
 * In: settings and ports. Out: the parts, ready to run; `run-daemon.ts` closes them.
 */
import { ProblemLog } from "../../core/event/problem.ts";
import { createCanaryWatch } from "../../core/respond/watch-canaries.ts";
import type { LiveOptions } from "../../engine/live-observation.ts";
import type { OperationContext } from "../operation.ts";
import { createArchiving } from "./archive-records.ts";
import type { Daemon } from "./daemon.ts";
import { DaemonHealth } from "./daemon-health.ts";
import { openSinks } from "./deliver-report.ts";
import { EarlyCall } from "./early-call.ts";
import { FactKeeper } from "./keep-facts.ts";
import { loadDetectors } from "./load-detectors.ts";
import { loadLiveOptions } from "./load-live-options.ts";
import { openKeysOf } from "./open-keys.ts";
import { openSources } from "./open-sources.ts";
import { type Resumed, resumeObservation } from "./resume-observation.ts";
import type { RunSettings } from "./run-settings.ts";

/** **Unit**: milliseconds. */
const checkpointMs = 30_000;

/** **Errors**: throws what opening the store or a source throws; nothing is left open then. */
export async function openDaemon(
  settings: RunSettings,
  context: OperationContext,
): Promise<Daemon> {
  const { outside } = context;
  const log = await outside.services.log(settings.logLevel);
  await openSinks(settings.sinks, context);
  const store = await outside.state.store(settings.state, "write");
  const opened: { archive: Daemon["archive"] } = { archive: undefined };
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
): Promise<NonNullable<Daemon["archive"]>> | undefined {
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
  // Only servers give messages, and none of them gives one twice.
  const archiving = archive === undefined ? undefined : createArchiving(archive, volatileNames);
  const canaries = settings.canaryUs === 0 ? undefined : createCanaryWatch();
  const calls = { log, urgent: new EarlyCall() };
  const detection = await loadDetectors(settings, context, calls);
  const live: LiveOptions = {
    ...(await loadLiveOptions({ settings, detection, canaries }, context)),
    problems,
    onRecord: (source, event, record) => {
      archiving?.onRecord(source, event, record);
      // A mark takes nothing away from what is observed: anybody can bear it.
      canaries?.see(event);
    },
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
    archivedSequence: () => archiving?.sequence ?? resumed.archivedSequence,
    clock: outside.services.clock,
    writer: settings.name,
    sequence: resumed.sequence,
    openKeys: await openKeysOf(store.facts, settings.name),
    checkpointMs,
  });
  tellResumed(log, resumed, { volatileCount: volatileNames.size, durableCount: durable.length });
  const { observation, positions } = resumed;
  const health = new DaemonHealth();
  return {
    ...opened,
    detection,
    health,
    sources,
    volatileNames,
    positions,
    observation,
    keeper,
    problems,
    canaries,
  };
}

function tellResumed(
  log: Daemon["log"],
  { how, replayedCount, sequence, positions, profiles }: Resumed,
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
  if (profiles === undefined || profiles.valueCount === 0) return;
  const { placeCount, valueCount, leftOutCount } = profiles;
  const fields = { workloads: placeCount, values: valueCount, leftOut: leftOutCount };
  log.info("What workloads do was learned before, and is known from facts.", fields);
}
