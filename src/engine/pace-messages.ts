/**
 * Holds the pace of a replay: each message comes when it came then, so many times faster.
 * In: messages with their times, a speed, a clock. Out: the messages, each not before its moment.
 * Must never drop, reorder or hurry: who takes them slower gets the next at once.
 */
import type { Clock } from "../ports/clock.ts";
import type { ReplayedMessage } from "./read-messages.ts";

export interface Pace {
  /** How many times faster than it was; infinite: without waiting. */
  readonly speed: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Ends early when the signal is given. What is out of order or carries no time comes at once. */
export async function* paceMessages(
  messages: AsyncIterable<ReplayedMessage>,
  { speed, clock, signal }: Pace,
): AsyncGenerator<Uint8Array, void> {
  const startMs = Number.isFinite(speed) ? clock.elapsedMs() : 0;
  let firstUs = 0;
  for await (const { bytes, timeUs } of messages) {
    if (timeUs > 0 && firstUs === 0) firstUs = timeUs;
    if (timeUs > firstUs && Number.isFinite(speed)) {
      const waitMs = startMs + (timeUs - firstUs) / 1000 / speed - clock.elapsedMs();
      if (waitMs > 0) await clock.wait(waitMs, signal);
    }
    if (signal.aborted) return;
    yield bytes;
  }
}
