/**
 * Holds how long to wait before a connection is tried again.
 * In: how often it failed in a row, a random number. Out: milliseconds, doubling up to a bound,
 * spread so that the clients of one server do not all come back at once.
 */
export interface DelayBounds {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** **Shape**: `chance` from 0 to 1; the delay is from half of the doubled value to all of it. */
export function reconnectDelay(
  failureCount: number,
  { firstMs, lastMs }: DelayBounds,
  chance: number,
): number {
  const doubledMs = firstMs * 2 ** Math.min(failureCount, 30);
  return Math.min(doubledMs, lastMs) * (0.5 + chance / 2);
}
