/**
 * Holds the putting away of what was observed: facts that changed, positions, now and then the
 * whole state.
 * In: the observation, the store, the archive. Out: commits, and what was news in each.
 * Must never lose what the store refused: it is tried again with the next batch.
 */
import type { ContainerKey, Fact } from "../../core/observe/fact.ts";
import { type LiveObservation, liveDumpVersion } from "../../engine/live-observation.ts";
import type { Touched } from "../../engine/touched-containers.ts";
import type { ArchiveWriter } from "../../ports/archive.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Checkpoint, FactStore } from "../../ports/store.ts";
import { completePieces } from "./complete-pieces.ts";
import { LookRounds } from "./look-rounds.ts";
import { OpenLedger } from "./open-ledger.ts";
import type { ChangesAbout, OpenChanges } from "./open-look.ts";
import { archivePosition } from "./resume-observation.ts";
import { SettledLedger } from "./settled-ledger.ts";

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
  /**
   * **Unit**: milliseconds between two checkpoints; more where they cost much, twice as many where
   * a restart has few events to read again.
   */
  readonly checkpointMs: number;
}

export interface KeptBatch {
  /** Facts that are new to the store or say something new. */
  readonly facts: readonly Fact[];
  /** The same, as they were written. */
  readonly settled: readonly Fact[];
  readonly open: readonly Fact[];
  /** Keys of open facts that hold no longer. */
  readonly dropped: readonly string[];
  /** **Unit**: milliseconds that it took. */
  readonly costMs: number;
  /** What the next one has to wait for: what has an interval of its own costs no other. */
  readonly rhythmMs: number;
  readonly isCheckpoint: boolean;
}

/** Of the time that a checkpoint took: until the next. */
const restFactor = 25;
/**
 * **Unit**: events that a restart may have to take from the archive. It reads some 15,000 a second,
 * for it has just begun, and is to watch again within five, of which its own start and the state
 * take two. So at 1,100 events a second a checkpoint comes each 33 seconds, at 1,200 and more each
 * 30, at ten each minute.
 */
const replayCountMax = 36_000;

/**
 * `regular` tells what is new, and all of some containers, by turns; and has a checkpoint now and
 * then. `final` writes everything: nothing may be behind when the daemon ends.
 */
export type KeepHow = "regular" | "checkpoint" | "final";

/**
 * How much is looked at. `new`: what processes did since the last batch; what that changes about
 * other processes waits until their container has its turn. `touched`: all of the containers that
 * something was heard of since they had theirs. `all`: also what only another container's news
 * changes.
 */
type Look = "new" | "touched" | "all";

/** What was taken of the observation for one batch. */
interface Taken extends OpenChanges {
  readonly look: Look;
  readonly touched: Touched;
  /** All of the containers whose turn it was; takes the place of what `open` says of them. */
  readonly turn: OpenChanges | undefined;
}

interface Wish {
  readonly wished: "new" | "all";
  /** Containers to look at whole. */
  readonly turn: ReadonlySet<ContainerKey>;
  /** Counters too. */
  readonly everything: boolean;
}

const nobody: ReadonlySet<ContainerKey> = new Set();

export class FactKeeper {
  private readonly options: KeeperOptions;
  private readonly ledger: OpenLedger;
  private readonly settled = new SettledLedger();
  private sequence: number;
  private checkpointedMs: number;
  private checkpointCostMs = 0;
  /** Events that it holds. */
  private checkpointedCount = 0;
  private readonly rounds: LookRounds;
  /** False when what is new was taken and did not reach the store. */
  private knowsNew = true;
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
    this.rounds = new LookRounds(this.checkpointedMs);
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
    const isCheckpoint = how !== "regular" || isOld || this.isStateBehind(lostCount);
    const isQuiet = observation.eventCount === this.eventCount;
    // One long pause at a time: with a checkpoint only what is new is told.
    const turn = isCheckpoint || !this.knowsNew ? nobody : this.takeTurn(startedMs);
    if (!isCheckpoint && isQuiet && turn.size === 0) return undefined;
    // From here to the copy of the state nothing may come between: all of it speaks of one moment.
    const { eventCount } = observation;
    const isFirst = this.lostCount === undefined;
    const wished = how !== "regular" || isFirst ? "all" : "new";
    const taken = this.take({ wished, turn, everything: how === "final" }, startedMs);
    const ended = observation.takeSettled();
    const settling = this.settled.changes(ended, isCheckpoint);
    const positions = this.positions();
    const checkpoint = isCheckpoint ? this.checkpoint(positions) : undefined;
    const { look } = taken;
    const dropped = [...taken.dropped, ...(taken.turn?.dropped ?? [])];
    const { settled } = settling;
    let { open } = taken;
    try {
      const pieces = [...taken.pieces, ...(taken.turn?.pieces ?? [])];
      const whole = await completePieces(pieces, facts, writer);
      open = [...open, ...whole, ...(taken.turn?.open ?? [])];
      await archive?.flush();
      await facts.commit({
        writer,
        sequence: this.sequence + 1,
        timeUs: clock.nowUs(),
        ...{ settled, open, dropped, positions },
        ...(checkpoint === undefined ? {} : { checkpoint }),
      });
    } catch (error) {
      observation.returnSettled(ended);
      this.giveBack(taken, turn);
      this.isUnsure = true;
      throw error;
    }
    const endedMs = clock.elapsedMs();
    this.sequence += 1;
    this.eventCount = eventCount;
    const gone = [...taken.gone, ...(taken.turn?.gone ?? [])];
    this.ledger.note({ open, dropped, gone }, startedMs);
    this.settled.note(settling);
    if (look !== "new") this.knowsNew = true;
    if (turn.size > 0) this.rounds.noteCost(endedMs - startedMs);
    if (isCheckpoint) {
      this.checkpointedMs = endedMs;
      this.checkpointCostMs = endedMs - startedMs;
      this.checkpointedCount = eventCount;
      this.lostCount = lostCount;
    }
    this.writtenCount += settled.length + open.length;
    return {
      facts: [...settled, ...open],
      ...{ settled, open, dropped },
      costMs: endedMs - startedMs,
      rhythmMs: isOld || turn.size > 0 ? 0 : endedMs - startedMs,
      isCheckpoint,
    };
  }

  private takeTurn(nowMs: number): ReadonlySet<ContainerKey> {
    return this.rounds.next(nowMs, () => this.ledger.containers);
  }

  /** Looks at what is wished, or at more where less cannot be told. */
  private take({ wished, turn, everything }: Wish, nowMs: number): Taken {
    const { observation } = this.options;
    const touched = observation.takeTouched();
    const ids = observation.takeTouchedIds();
    this.rounds.add(touched);
    if (wished === "new" && this.knowsNew && touched !== undefined && ids !== undefined) {
      const others = turn.size === 0 ? touched : without(touched, turn);
      const about = { everything: false, containers: others, isPartial: true };
      const look = this.ledger.startLook(nowMs, about);
      observation.emitNew((fact) => look.take(fact), others, ids);
      return { ...look.end(), look: "new", touched, turn: this.lookAt(turn, nowMs) };
    }
    this.rounds.add(turn);
    const owed = this.rounds.takeTouched();
    const containers = wished === "all" ? undefined : owed;
    const changes = this.lookWhole({ everything, containers }, nowMs);
    const look = containers === undefined ? "all" : "touched";
    return { ...changes, look, touched: containers, turn: undefined };
  }

  /** All of these containers. */
  private lookAt(containers: ReadonlySet<ContainerKey>, nowMs: number): OpenChanges | undefined {
    if (containers.size === 0) return undefined;
    return this.lookWhole({ everything: false, containers }, nowMs);
  }

  private lookWhole(about: Omit<ChangesAbout, "isPartial">, nowMs: number): OpenChanges {
    const look = this.ledger.startLook(nowMs, { ...about, isPartial: false });
    this.options.observation.emitOpen((fact) => look.take(fact), about.containers);
    return look.end();
  }

  /** Of what was new only a look at all that was touched can tell again. */
  private giveBack({ touched }: Taken, turn: ReadonlySet<ContainerKey>): void {
    this.rounds.add(touched);
    this.rounds.add(turn);
    this.knowsNew = false;
  }

  /** Without an archive all that came since is lost with a crash: then none is spared. */
  private isCheckpointOld(nowMs: number): boolean {
    const { observation, archive, checkpointMs } = this.options;
    const replayCount = observation.eventCount - this.checkpointedCount;
    const isShort = archive !== undefined && replayCount < replayCountMax;
    const wishedMs = isShort ? 2 * checkpointMs : checkpointMs;
    const leastMs = Math.max(wishedMs, restFactor * this.checkpointCostMs);
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
    const { observation, clock, facts } = this.options;
    const state = facts.copyState(observation.dump());
    return { version: liveDumpVersion, timeUs: clock.nowUs(), positions, state };
  }
}

function without<T>(all: ReadonlySet<T>, some: ReadonlySet<T>): ReadonlySet<T> {
  return new Set([...all].filter((one) => !some.has(one)));
}
