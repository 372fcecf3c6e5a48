/**
 * Holds the times at which a node's processes started without an event that says so: the sign
 * that events were lost which no counter told of.
 * In: starts that were missed, in any order. Out: losses.
 * Must stay small however many were missed.
 */
import { isNear } from "./choose-unused.ts";
import type { Emit, LossFact } from "./fact.ts";

export interface MissedStarts {
  /** By minute of event time. */
  readonly minutes: Map<number, Missed>;
}

interface Missed {
  sinceUs: number;
  untilUs: number;
  count: number;
}

const minuteUs = 60_000_000;
const minuteCountMax = 1000;
const noMinute = -1;

export function createMissedStarts(): MissedStarts {
  return { minutes: new Map() };
}

/** Shares nothing that another missed start changes. */
export function copyMissedStarts({ minutes }: MissedStarts): MissedStarts {
  const copies = new Map<number, Missed>();
  for (const [minute, missed] of minutes) copies.set(minute, { ...missed });
  return { minutes: copies };
}

/** `timeUs`: when the program was started. */
export function noteMissedStart({ minutes }: MissedStarts, timeUs: number): void {
  const own = Math.floor(timeUs / minuteUs);
  const minute = minutes.has(own) || minutes.size < minuteCountMax ? own : noMinute;
  const known = minutes.get(minute);
  if (known === undefined) {
    minutes.set(minute, { sinceUs: timeUs, untilUs: timeUs + 1, count: 1 });
    return;
  }
  known.sinceUs = Math.min(known.sinceUs, timeUs);
  known.untilUs = Math.max(known.untilUs, timeUs + 1);
  known.count += 1;
}

/** Where the bound is near, gives the older half of its minutes and forgets it. */
export function releaseMissedStarts(missed: MissedStarts, about: About, emit: Emit): void {
  const { minutes } = missed;
  if (!isNear(minutes.size, minuteCountMax)) return;
  const own = [...minutes].filter(([minute]) => minute !== noMinute).sort(([a], [b]) => a - b);
  const older = new Map(own.slice(0, own.length >> 1));
  emitMissedStarts({ minutes: older }, about, emit);
  for (const minute of older.keys()) minutes.delete(minute);
}

interface About {
  readonly node: string;
  readonly fromUs: number;
}

/**
 * Only of starts that the sensor must have seen, that is after `fromUs`: what was started before
 * is told by /proc, or not at all. **Order**: by time.
 */
export function emitMissedStarts({ minutes }: MissedStarts, about: About, emit: Emit): void {
  const inOrder = [...minutes.values()].sort((a, b) => a.sinceUs - b.sinceUs);
  for (const { sinceUs, untilUs, count } of inOrder) {
    if (untilUs <= about.fromUs) continue;
    const loss: LossFact = {
      kind: "loss",
      node: about.node,
      container: "",
      reason: "missed-start",
      sinceUs: Math.max(sinceUs, about.fromUs),
      untilUs,
      count,
      detail: "programs ran whose start no event told of: events were lost, and no counter says so",
    };
    emit(loss);
  }
}
