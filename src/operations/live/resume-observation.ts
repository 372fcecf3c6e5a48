/**
 * Holds how an observation begins: taken up from the last checkpoint, brought forward from the
 * archive, or anew.
 * In: the store, the archive, how to make folds. Out: the observation, where each source goes on,
 * how far the archive has what will be read again. Must never take a state that is not its own
 * shape, and must say where events may be missing.
 */
import {
  type LiveDump,
  LiveObservation,
  type LiveOptions,
  liveDumpVersion,
} from "../../engine/live-observation.ts";
import type { ArchiveReader } from "../../ports/archive.ts";
import type { SourcePosition } from "../../ports/event-source.ts";
import type { FactStore } from "../../ports/store.ts";

/** Among the positions: how much of the archive a checkpoint holds. */
export const archivePosition = "archive";

export interface ResumeOptions {
  readonly facts: FactStore;
  readonly writer: string;
  readonly live: LiveOptions;
  /** undefined when nothing is archived. */
  readonly archive: ArchiveReader | undefined;
  /** Sources that never give anything twice. */
  readonly volatileNames: ReadonlySet<string>;
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
}

/** **Errors**: what store and archive throw. **Cost**: that of the archive since the checkpoint. */
export async function resumeObservation(options: ResumeOptions): Promise<Resumed> {
  const { facts, writer, live } = options;
  const state = await facts.writer(writer);
  const { sequence, checkpoint } = state;
  if (checkpoint !== undefined && checkpoint.version === liveDumpVersion) {
    const observation = new LiveObservation(live, checkpoint.state as LiveDump);
    const after = sequenceOf(checkpoint.positions);
    const { archivedOffsets, replayedCount } = await replay(options, observation, after);
    const { positions } = checkpoint;
    markRestart(observation, options.volatileNames);
    return {
      ...{ observation, sequence, positions, archivedOffsets, replayedCount },
      archivedSequence: after,
      how: "checkpoint",
    };
  }
  const observation = new LiveObservation(live);
  const archivedSequence = sequenceOf(state.positions);
  const begun = {
    ...{ observation, sequence, archivedSequence },
    ...{ archivedOffsets: new Map<string, number>(), replayedCount: 0 },
  };
  if (sequence === 0) return { ...begun, positions: {}, how: "anew" };
  // Facts stay; what processes and sockets were open is not known any more.
  await facts.adopt(writer);
  for (const name of Object.keys(state.positions)) {
    if (name === archivePosition) continue;
    const detail = "the state of what ran could not be taken up after a restart";
    observation.stream(name).openGap("restart", 0, detail);
  }
  return { ...begun, positions: state.positions, how: "facts-only" };
}

function sequenceOf(positions: Resumed["positions"]): number {
  return Number(positions[archivePosition]?.["sequence"] ?? 0);
}

/** Whatever happened while nobody listened is lost where a source gives nothing twice. */
function markRestart(observation: LiveObservation, volatileNames: ReadonlySet<string>): void {
  for (const name of observation.names) {
    if (!volatileNames.has(name)) continue;
    observation.stream(name).openGap("restart", 0, "waggle was not connected");
  }
}

async function replay(
  { archive, volatileNames }: ResumeOptions,
  observation: LiveObservation,
  after: number,
): Promise<Pick<Resumed, "archivedOffsets" | "replayedCount">> {
  const archivedOffsets = new Map<string, number>();
  let replayedCount = 0;
  if (archive === undefined) return { archivedOffsets, replayedCount };
  for await (const { source, format, bytes, offset } of archive.read({ after })) {
    archivedOffsets.set(source, Math.max(offset, archivedOffsets.get(source) ?? -1));
    if (!volatileNames.has(source)) continue;
    observation.stream(source).takeAgain(format, bytes, offset);
    replayedCount += 1;
  }
  return { archivedOffsets, replayedCount };
}
