/**
 * Holds how an observation begins: taken up from the last checkpoint, brought forward from the
 * archive, or anew.
 * In: the store, the archive, how to make folds. Out: the observation, where each source goes on,
 * how far the archive has what will be read again. Must never take a state that is not its own
 * shape, and must say where events may be missing.
 */
import type { TimeUs } from "../../core/event/event.ts";
import {
  type LiveDump,
  LiveObservation,
  type LiveOptions,
  liveDumpVersion,
} from "../../engine/live-observation.ts";
import type { ArchiveReader } from "../../ports/archive.ts";
import type { SourcePosition } from "../../ports/event-source.ts";
import type { FactStore } from "../../ports/store.ts";
import { endOrphans } from "./end-orphans.ts";
import { type Recalled, recallLearned } from "./recall-learned.ts";

/** Among the positions: how much of the archive a checkpoint holds. */
export const archivePosition = "archive";

export interface ResumeOptions {
  readonly facts: FactStore;
  readonly writer: string;
  readonly live: LiveOptions;
  /** undefined when nothing is archived. */
  readonly archive: ArchiveReader | undefined;
  /** Sources that never give anything twice. */
  readonly volatileNames: Set<string>;
}

export interface Resumed {
  readonly observation: LiveObservation;
  readonly sequence: number;
  readonly positions: Readonly<Record<string, SourcePosition>>;
  /** Latest offset of each source that the archive has: not to be archived again. */
  readonly archivedOffsets: ReadonlyMap<string, number>;
  /** How much of the archive the observation holds; stays so while nothing is archived. */
  readonly archivedSequence: number;
  /** For the log: `anew`, `checkpoint`, `facts-only`. */
  readonly how: "anew" | "checkpoint" | "facts-only";
  readonly replayedCount: number;
  /** What was learned of workloads and came from facts: the state did not have it. */
  readonly profiles: Recalled["profiles"];
}

/** **Errors**: what store and archive throw. **Cost**: that of the archive since the checkpoint. */
export async function resumeObservation(options: ResumeOptions): Promise<Resumed> {
  const { facts, writer, live } = options;
  const state = await facts.writer(writer);
  const { sequence, checkpoint } = state;
  if (checkpoint !== undefined && checkpoint.version === liveDumpVersion) {
    const dumped = checkpoint.state as LiveDump;
    const orphaned = endOrphans(dumped, live);
    const taken = new LiveObservation(live, dumped);
    // Detection may have been off, and the state knows nothing of it.
    const { observation, profiles } = await recallLearned(taken, live, facts, dumped);
    observation.returnSettled(orphaned);
    // Those that were found by themselves are found again later.
    for (const name of observation.names) {
      if (!name.startsWith("follow:")) options.volatileNames.add(name);
    }
    const after = sequenceOf(checkpoint.positions);
    const committed = Math.max(after, sequenceOf(state.positions));
    const known = { after, committed };
    const { archivedOffsets, replayedCount, toldUs } = await replay(options, observation, known);
    const { positions } = checkpoint;
    markRestart(observation, options.volatileNames, toldUs);
    return {
      ...{ observation, sequence, positions, archivedOffsets, replayedCount, profiles },
      archivedSequence: after,
      how: "checkpoint",
    };
  }
  const { observation, profiles } = await recallLearned(new LiveObservation(live), live, facts);
  const archivedSequence = sequenceOf(state.positions);
  const begun = {
    ...{ observation, sequence, archivedSequence, profiles },
    ...{ archivedOffsets: new Map<string, number>(), replayedCount: 0 },
  };
  if (sequence === 0) return { ...begun, positions: {}, how: "anew" };
  // Facts stay; what processes and sockets were open is not known any more.
  await facts.adopt(writer);
  const { positions } = state;
  const detail = "the state of what ran could not be taken up after a restart";
  for (const name of new Set([...Object.keys(positions), ...options.volatileNames])) {
    if (name === archivePosition) continue;
    const stream = observation.stream(name);
    const position = positions[name];
    // A batch that comes before the first byte must not forget where the source was.
    if (position !== undefined) stream.beginAt(position);
    stream.openGap("restart", 0, detail, checkpoint?.timeUs);
  }
  return { ...begun, positions, how: "facts-only" };
}

function sequenceOf(positions: Resumed["positions"]): number {
  return Number(positions[archivePosition]?.["sequence"] ?? 0);
}

/**
 * Whatever happened while nobody listened is lost where a source gives nothing twice; so is what a
 * source said of gaps after the last batch: the archive has events, and copies that close gaps.
 */
function markRestart(
  observation: LiveObservation,
  volatileNames: ReadonlySet<string>,
  toldUs: ReadonlyMap<string, TimeUs>,
): void {
  for (const name of observation.names) {
    if (!volatileNames.has(name)) continue;
    const stream = observation.stream(name);
    stream.openGap("restart", 0, "waggle was not connected", toldUs.get(name));
  }
}

interface Replayed extends Pick<Resumed, "archivedOffsets" | "replayedCount"> {
  /** By source, where records go beyond the last batch: time of the last event within it. */
  readonly toldUs: ReadonlyMap<string, TimeUs>;
}

/** `after`: what the checkpoint holds; `committed`: what the last batch held. */
async function replay(
  { archive, volatileNames }: ResumeOptions,
  observation: LiveObservation,
  { after, committed }: { readonly after: number; readonly committed: number },
): Promise<Replayed> {
  const archivedOffsets = new Map<string, number>();
  const toldUs = new Map<string, TimeUs>();
  let replayedCount = 0;
  let expected = after + 1;
  if (archive === undefined) return { archivedOffsets, replayedCount, toldUs };
  for await (const { source, format, bytes, offset, sequence } of archive.read({ after })) {
    // Records were trimmed or are damaged: whose they were is not known.
    if (sequence > expected) openHole(observation, volatileNames);
    expected = sequence + 1;
    archivedOffsets.set(source, Math.max(offset, archivedOffsets.get(source) ?? -1));
    if (!volatileNames.has(source)) continue;
    const stream = observation.stream(source);
    if (sequence > committed && !toldUs.has(source)) toldUs.set(source, stream.timeUs);
    stream.takeAgain(format, bytes, offset);
    replayedCount += 1;
  }
  if (expected <= committed) openHole(observation, volatileNames);
  return { archivedOffsets, replayedCount, toldUs };
}

function openHole(observation: LiveObservation, volatileNames: ReadonlySet<string>): void {
  for (const name of observation.names) {
    if (!volatileNames.has(name)) continue;
    const detail = "events of before a restart could not be read from the archive";
    observation.stream(name).openGap("archive", 0, detail);
  }
}
