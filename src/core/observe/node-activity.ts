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
  /** Minutes before it were given and forgotten: a late event of one of them says nothing. */
  fromMinute: number;
}

export interface Gap {
  readonly sinceUs: TimeUs;
  readonly untilUs: TimeUs;
}

const minuteUs = 60_000_000;
/** **Unit**: minutes: four months without a break. */
const minuteCountMax = 175_000;
/** **Unit**: minutes: two weeks; of an observation without end no more are kept. */
const recentCountMax = 20_160;
const gapMinutesMin = 5;
/** A silence this improbable by the node's own habit is taken for lost events. */
const chanceMax = 1e-6;

export function createActivity(): NodeActivity {
  return { minutes: new Set(), last: -1, isFull: false, fromMinute: 0 };
}

/** **Cost**: one comparison within a minute. */
export function noteActivity(activity: NodeActivity, timeUs: TimeUs): void {
  const minute = Math.floor(timeUs / minuteUs);
  if (minute === activity.last) return;
  activity.last = minute;
  if (minute < activity.fromMinute) return;
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

/** Forgets the older half of many minutes, and gives the gaps among them. **Order**: by time. */
export function releaseMinutes(activity: NodeActivity): readonly Gap[] {
  const { minutes } = activity;
  if (minutes.size <= recentCountMax) return [];
  const gaps = findGaps(activity);
  const sorted = [...minutes].sort((a, b) => a - b);
  const first = sorted[sorted.length >> 1] ?? 0;
  for (const minute of sorted) if (minute < first) minutes.delete(minute);
  activity.fromMinute = first;
  return gaps.filter(({ untilUs }) => untilUs <= first * minuteUs);
}
