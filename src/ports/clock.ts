/**
 * Holds the port to time, for what runs long: tests turn it by hand.
 * In: nothing. Out: the time now, and waiting. Implemented in `adapters/clock/`.
 */
import type { TimeUs } from "../core/event/event.ts";

export interface Clock {
  /** Wall clock; may jump. */
  nowUs(): TimeUs;
  /** **Unit**: milliseconds that only grow. */
  elapsedMs(): number;
  /** Resolves after that long, or at once when the signal is given. Never rejects. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}
