/**
 * Holds how many of something there were lately.
 * In: when each was. Out: how many, without those of before a time.
 * Must keep a number for each of a few minutes, and tell of no more than there were.
 */
import type { TimeUs } from "../../event/event.ts";

const minuteUs = 60_000_000;
/** **Unit**: minutes; more are kept only where clocks disagree. */
const minuteCountMax = 16;

/** **Shape**: minute, count. */
export type MinuteCount = readonly [number, number];

export class RecentCounts {
  private readonly byMinute: Map<number, number>;

  constructor(counts: readonly MinuteCount[] = []) {
    this.byMinute = new Map(counts);
  }

  get total(): number {
    let total = 0;
    for (const count of this.byMinute.values()) total += count;
    return total;
  }

  /** One more. Where there is no room the earliest are taken for no longer recent. */
  note(atUs: TimeUs): void {
    const { byMinute } = this;
    const minute = Math.floor(atUs / minuteUs);
    byMinute.set(minute, (byMinute.get(minute) ?? 0) + 1);
    if (byMinute.size > minuteCountMax) byMinute.delete(Math.min(...byMinute.keys()));
  }

  /** Those of before, and of the minute that it is in. */
  forgetBefore(timeUs: TimeUs): void {
    for (const minute of this.byMinute.keys()) {
      if (minute * minuteUs < timeUs) this.byMinute.delete(minute);
    }
  }

  dump(): readonly MinuteCount[] {
    return [...this.byMinute];
  }
}
