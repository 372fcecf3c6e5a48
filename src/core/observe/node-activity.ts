/**
 * Holds in which minutes a node gave events, to find the stretches in which it fell silent.
 * In: times of events, in any order. Out: gaps that are no ordinary quiet.
 * Must never depend on the order of events: files are read one after the other.
 */
import type { TimeUs } from "../event/event.ts";

export interface NodeActivity {
  /** **Unit**: minutes since 1970. **Shape**: at most `minuteCountMax`. */
  readonly minutes: Set<number>;
  /** The minute looked at last, so that most events cost one comparison. */
  last: number;
  isFull: boolean;
}

export interface Gap {
  readonly sinceUs: TimeUs;
  readonly untilUs: TimeUs;
}

const minuteUs = 60_000_000;
/** **Unit**: minutes: four months without a break. */
const minuteCountMax = 175_000;
const gapMinutesMin = 5;
/** A silence this improbable by the node's own habit is taken for lost events. */
const chanceMax = 1e-6;

export function createActivity(): NodeActivity {
  return { minutes: new Set(), last: -1, isFull: false };
}

export function noteActivity(activity: NodeActivity, timeUs: TimeUs): void {
  const minute = Math.floor(timeUs / minuteUs);
  if (minute === activity.last) return;
  activity.last = minute;
  if (activity.minutes.size < minuteCountMax) activity.minutes.add(minute);
  else activity.isFull = true;
}

/**
 * Silences of five minutes and more on a node that seldom is silent for one: at least half of its
 * minutes had events, and so long a run of empty ones would come by chance once in a million.
 * A node that is quiet by habit has no gaps. **Order**: by time.
 */
export function findGaps({ minutes, isFull }: NodeActivity): readonly Gap[] {
  if (isFull || minutes.size < gapMinutesMin) return [];
  const sorted = [...minutes].sort((a, b) => a - b);
  const empty = sorted.map((minute, index) => minute - (sorted[index - 1] ?? minute - 1) - 1);
  const short = empty.reduce((sum, run) => sum + (run < gapMinutesMin ? run : 0), 0);
  const busy = sorted.length / (sorted.length + short);
  const longEnough = (run: number) =>
    run >= gapMinutesMin && busy >= 0.5 && (1 - busy) ** run < chanceMax;
  return sorted.flatMap((minute, index) => {
    const run = empty[index] ?? 0;
    if (!longEnough(run)) return [];
    return [{ sinceUs: (minute - run) * minuteUs, untilUs: minute * minuteUs }];
  });
}
