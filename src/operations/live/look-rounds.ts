/**
 * Holds which containers are looked at whole with which batch: a few at a time, so that no batch
 * takes long or needs much memory.
 * In: of which containers something was heard, which there are. Out: those whose turn it is. Must
 * bring each that was touched within some minutes, and each that there is.
 */

import type { ContainerKey } from "../../core/observe/fact.ts";
import { type Touched, TouchedContainers } from "../../engine/touched-containers.ts";

/** **Unit**: milliseconds in which a round comes to all of its containers; then the next begins. */
const roundMs = { touched: 60_000, all: 300_000 } as const;
/** **Unit**: milliseconds from one turn to the next, at least. */
const turnMs = 5000;
/** Of the time that a turn took: until the next. */
const restFactor = 25;

interface Round {
  readonly lengthMs: number;
  /** **Order**: whose turn comes first stands last. */
  readonly waiting: ContainerKey[];
  count: number;
  startedMs: number;
}

const nobody: ReadonlySet<ContainerKey> = new Set();

export class LookRounds {
  /** Since the last round of them began. */
  private readonly touched = new TouchedContainers();
  private readonly ofTouched: Round;
  private readonly ofAll: Round;
  private turnedMs: number;
  private costMs = 0;

  constructor(nowMs: number) {
    const round = (lengthMs: number) => ({ lengthMs, waiting: [], count: 0, startedMs: nowMs });
    this.ofTouched = round(roundMs.touched);
    this.ofAll = round(roundMs.all);
    this.turnedMs = nowMs;
  }

  add(touched: Touched): void {
    this.touched.addAll(touched);
  }

  /** Whose turn it is; empty: nobody's yet. `known`: all that there are. */
  next(nowMs: number, known: () => Iterable<ContainerKey>): ReadonlySet<ContainerKey> {
    const sinceMs = nowMs - this.turnedMs;
    if (sinceMs < Math.max(turnMs, restFactor * this.costMs)) return nobody;
    this.turnedMs = nowMs;
    if (mayBegin(this.ofTouched, nowMs) && this.touched.isTouched) {
      begin(this.ofTouched, this.touched.take() ?? known(), nowMs);
    }
    if (mayBegin(this.ofAll, nowMs)) begin(this.ofAll, known(), nowMs);
    return new Set([...turn(this.ofTouched, sinceMs), ...turn(this.ofAll, sinceMs)]);
  }

  /** **Unit**: milliseconds that the batch of the last turn took. */
  noteCost(costMs: number): void {
    this.costMs = costMs;
  }

  /** All that was touched and had no turn yet: they are looked at together now. */
  takeTouched(): Touched {
    this.touched.addAll(new Set(this.ofTouched.waiting.splice(0)));
    return this.touched.take();
  }
}

function mayBegin({ waiting, startedMs, lengthMs }: Round, nowMs: number): boolean {
  return waiting.length === 0 && nowMs - startedMs >= lengthMs;
}

function begin(round: Round, containers: Iterable<ContainerKey>, nowMs: number): void {
  round.waiting.push(...containers);
  round.count = round.waiting.length;
  round.startedMs = nowMs;
}

function turn({ waiting, count, lengthMs }: Round, sinceMs: number): readonly ContainerKey[] {
  return waiting.splice(-Math.max(1, Math.ceil((count * sinceMs) / lengthMs)));
}
