/**
 * Holds the putting away of what was observed: facts that changed, positions, now and then the
 * whole state.
 * In: the observation, the store, the archive. Out: commits, and what was news in each.
 * Must never lose what the store refused: it is tried again with the next batch.
 */
import type { Fact } from "../../core/observe/fact.ts";
import { type LiveObservation, liveDumpVersion } from "../../engine/live-observation.ts";
import type { Touched } from "../../engine/touched-containers.ts";
import type { ArchiveWriter } from "../../ports/archive.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Checkpoint, FactStore } from "../../ports/store.ts";
import { type OpenChanges, OpenLedger } from "./open-ledger.ts";
import { archivePosition } from "./resume-observation.ts";

export interface KeeperOptions {
  readonly observation: LiveObservation;
  readonly facts: FactStore;
  readonly archive: ArchiveWriter | undefined;
  /** Of the latest record that went into the archive. */
  readonly archivedSequence: () => number;
  readonly clock: Clock;
  readonly writer: string;
  /** Of the last batch. */
  readonly sequence: number;
  readonly openKeys: readonly string[];
  /** **Unit**: milliseconds between two checkpoints; more where they cost much. */
  readonly checkpointMs: number;
}

export interface KeptBatch {
  /** Facts that are new to the store or say something new. */
  readonly facts: readonly Fact[];
  readonly droppedCount: number;
  /** **Unit**: milliseconds that it took. */
  readonly costMs: number;
  /** What the next one has to wait for: a checkpoint that had its own interval costs no other. */
  readonly rhythmMs: number;
  readonly isCheckpoint: boolean;
}

/** Of the time that a checkpoint took, until the next. */
const checkpointRest = 25;

/**
 * `regular` tells of the containers that something was heard of, now and then of all, with a
 * checkpoint; `final` writes everything: nothing may be behind when the daemon ends.
 */
export type KeepHow = "regular" | "checkpoint" | "final";

export class FactKeeper {
  private readonly options: KeeperOptions;
  private readonly ledger: OpenLedger;
  private sequence: number;
  private checkpointedMs: number;
  private checkpointCostMs = 0;
  private eventCount = -1;
  /** undefined before the first batch of this run. */
  private lostCount: number | undefined;
  /** The last batch was refused, or taken and the answer lost. */
  private isUnsure = false;
  /** For metrics. */
  writtenCount = 0;

  constructor(options: KeeperOptions) {
    this.options = options;
    this.ledger = new OpenLedger(options.openKeys);
    this.sequence = options.sequence;
    this.checkpointedMs = options.clock.elapsedMs();
  }

  get openCount(): number {
    return this.ledger.count;
  }

  /** undefined when there was nothing to write. **Errors**: what the store and archive throw. */
  async keep(how: KeepHow): Promise<KeptBatch | undefined> {
    const { observation, archive, facts, clock, writer } = this.options;
    if (this.isUnsure) {
      // A batch of a number that is taken would be passed over; the same facts again do no harm.
      this.sequence = Math.max(this.sequence, (await facts.writer(writer)).sequence);
      this.isUnsure = false;
    }
    const startedMs = clock.elapsedMs();
    const lostCount = archive?.lostCount ?? 0;
    const isOld = this.isCheckpointOld(startedMs);
    const isDue = isOld || this.isStateBehind(lostCount);
    const isCheckpoint = how !== "regular" || isDue;
    if (how === "regular" && !isDue && observation.eventCount === this.eventCount) return undefined;
    // From here to the copy of the state nothing may come between: all of it speaks of one moment.
    const { eventCount } = observation;
    const touched = observation.takeTouched();
    const changes = this.changes(isCheckpoint ? undefined : touched, startedMs, how === "final");
    const settled = observation.takeSettled();
    const positions = this.positions();
    const checkpoint = isCheckpoint ? this.checkpoint(positions) : undefined;
    try {
      await archive?.flush();
      await facts.commit({
        writer,
        sequence: this.sequence + 1,
        timeUs: clock.nowUs(),
        settled,
        ...changes,
        positions,
        ...(checkpoint === undefined ? {} : { checkpoint }),
      });
    } catch (error) {
      observation.returnSettled(settled);
      observation.returnTouched(touched);
      this.isUnsure = true;
      throw error;
    }
    const endedMs = clock.elapsedMs();
    this.sequence += 1;
    this.eventCount = eventCount;
    this.ledger.note(changes, startedMs);
    if (isCheckpoint) {
      this.checkpointedMs = endedMs;
      this.checkpointCostMs = endedMs - startedMs;
      this.lostCount = lostCount;
    }
    this.writtenCount += settled.length + changes.open.length;
    return {
      facts: [...settled, ...changes.open],
      droppedCount: changes.dropped.length,
      costMs: endedMs - startedMs,
      rhythmMs: isOld ? 0 : endedMs - startedMs,
      isCheckpoint,
    };
  }

  /** Of a few containers, or of all: what news of others alone changed is written only then. */
  private changes(touched: Touched, nowMs: number, everything: boolean): OpenChanges {
    const facts = this.options.observation.openFacts(touched);
    const covers = touched === undefined ? undefined : (key: string) => touched.has(key);
    return this.ledger.changes(facts, nowMs, { everything, covers });
  }

  private isCheckpointOld(nowMs: number): boolean {
    const leastMs = Math.max(this.options.checkpointMs, checkpointRest * this.checkpointCostMs);
    return nowMs - this.checkpointedMs >= leastMs;
  }

  /**
   * The first batch has one, or a crash soon after it would find facts without a state. So has one
   * after the archive lost records, which nothing else can bring back.
   */
  private isStateBehind(lostCount: number): boolean {
    return lostCount !== this.lostCount;
  }

  private positions(): Checkpoint["positions"] {
    const sequence = this.options.archivedSequence();
    return { ...this.options.observation.positions, [archivePosition]: { sequence } };
  }

  /** A copy: the state goes on while the archive is being written. */
  private checkpoint(positions: Checkpoint["positions"]): Checkpoint {
    const { observation, clock } = this.options;
    const state: unknown = structuredClone(observation.dump());
    return { version: liveDumpVersion, timeUs: clock.nowUs(), positions, state };
  }
}
