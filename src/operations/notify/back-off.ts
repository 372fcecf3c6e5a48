/**
 * Holds how long to wait between tries, and how many notices an hour takes.
 * In: counts, times, chance from 0 to 1. Out: milliseconds.
 */

const firstMs = 1000;
const mostMs = 5 * 60_000;
const hourMs = 3_600_000;

/**
 * Twice as long after each failure; the second half of it by chance, so that many do not come
 * back together. What the receiver asked for is never undercut.
 */
export function backOffMs(
  failureCount: number,
  chance: number,
  retryAfterMs: number | undefined,
): number {
  const ceiling = Math.min(firstMs * 2 ** Math.min(failureCount - 1, 30), mostMs);
  const own = ceiling / 2 + (ceiling / 2) * chance;
  // Its own moment comes after that of all others who were told the same.
  return Math.ceil(retryAfterMs === undefined ? own : retryAfterMs + Math.min(own, 1000));
}

/** At most so many in any hour. **Shape**: keeps that many times. */
export class HourlyRate {
  private readonly count: number;
  private times: number[] = [];

  constructor(count: number) {
    this.count = count;
  }

  /** **Unit**: milliseconds until one more may go; 0 for now. */
  waitMs(nowMs: number): number {
    this.times = this.times.filter((time) => time > nowMs - hourMs);
    const [oldest] = this.times.slice(-this.count);
    if (oldest === undefined || this.times.length < this.count) return 0;
    return oldest + hourMs - nowMs;
  }

  note(nowMs: number): void {
    this.times.push(nowMs);
  }
}
